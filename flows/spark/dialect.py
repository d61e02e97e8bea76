"""A model's SQL, as dbt compiled it for DuckDB, in the words of Spark.

sqlglot turns one dialect into the other once it knows every column of every table: stars are spelled out, columns name
their table, expressions have a type. What it leaves different is in `REWRITES`, a function each, with its reason; there
is no second copy of any model.
"""

from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

Columns = Mapping[str, str]
"""The columns of a table with their types, in their order."""
Tables = Mapping[str, Mapping[str, Columns]]
"""By schema and name."""

_SPARK_TYPES = {"TIMESTAMP": "TIMESTAMP_NTZ", "HUGEINT": "DECIMAL(38, 0)", "VARCHAR": "STRING"}
_WRITTEN_PLAINLY, _MOST_DECIMALS = 6, 15
_WHOLE = (*exp.DataType.INTEGER_TYPES, exp.DataType.Type.UNKNOWN)


class NotTold(Exception):
    """SQL that has no form on Spark yet."""


def table_name(schema: str, name: str) -> str:
    """A table as a session of Spark knows it: a name of the session has no schema before it."""
    return f"{schema}__{name}"


def known(tables: Tables) -> MappingSchema:
    """All tables as sqlglot wants to know them."""
    return MappingSchema({schema: dict(of) for schema, of in tables.items()}, dialect="duckdb")


def spark_sql(compiled: str, tables: MappingSchema, columns: Columns) -> str:
    """The query of a model for Spark.

    Args:
        columns: what the model is to have, cast to the types that it has in DuckDB.
    """
    tree = parse_one(compiled, dialect="duckdb")
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    _own_names(tree)
    tree = qualify(tree, dialect="duckdb", schema=tables, quote_identifiers=False, validate_qualify_columns=False)
    tree = annotate_types(tree, schema=tables, dialect="duckdb")
    for union in tree.find_all(exp.SetOperation):
        _by_position(union)
    for node in reversed(list(tree.walk(bfs=False))):  # what is inside comes first
        if rewrite := REWRITES.get(type(node)):
            _put(rewrite(node), node)
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("this", exp.to_identifier(table_name(table.db, table.name)))
            table.set("db", None)
    selected = ", ".join(_typed(name, kind) for name, kind in columns.items())
    return f"select {selected} from (\n{tree.sql('spark', copy=False)}\n)"


def _put(made: exp.Expr, node: exp.Expr) -> None:
    if made is not node:
        made.type = made.type or node.type
        node.replace(made)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _number(value: int | str) -> exp.Expr:
    return exp.Literal.number(value)


def _is_filled(node: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=node.copy(), expression=exp.null()))


def _typed(name: str, kind: str) -> str:
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"`{name}`"
    return f"cast(`{name}` as {_SPARK_TYPES.get(kind, kind)}) as `{name}`"


def _own_names(tree: exp.Expr) -> None:
    """CTEs within CTEs go to the top on Spark, where names are not to be had twice."""
    for number, nested in enumerate(list(tree.find_all(exp.With))):
        if nested.parent is None or nested.parent is tree:
            continue
        names = {cte.alias: f"{cte.alias}_{number}" for cte in nested.expressions}
        for cte in nested.expressions:
            cte.set("alias", exp.TableAlias(this=exp.to_identifier(names[cte.alias])))
        for table in nested.parent.find_all(exp.Table):
            if not table.db and table.name in names:
                alias = table.alias or table.name
                table.replace(exp.alias_(exp.to_table(names[table.name]), alias, table=True))


def _by_position(union: exp.SetOperation) -> None:
    """`union all by name` goes by position on Spark: each side gets all columns, in one order."""
    if not union.args.get("by_name"):
        return
    names = list(dict.fromkeys([*union.left.named_selects, *union.right.named_selects]))
    for select in _leaves(union):
        found = {column.alias_or_name: column for column in select.selects}
        select.set("expressions", [found.get(name, exp.alias_(exp.null(), name)) for name in names])
    union.set("by_name", False)


def _leaves(query: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(query, exp.SetOperation):
        yield from _leaves(query.left)
        yield from _leaves(query.right)
    elif isinstance(query, exp.Select):
        yield query


def _written(node: exp.Cast) -> exp.Expr:
    """Spark writes a small decimal with an exponent, and so a nought of more than six decimals (0E-15)."""
    if not (node.to.is_type("text") and node.this.is_type("decimal")):
        return node
    said = node.this.type.expressions
    is_trimmed = isinstance(node.parent, exp.Trim) and node.parent.expression == exp.Literal.string("0")
    scale = int(said[1].name) if len(said) > 1 else _MOST_DECIMALS if is_trimmed else 0
    if scale <= _WRITTEN_PLAINLY:
        return node
    return _call("REPLACE", _call("FORMAT_NUMBER", node.this, _number(scale)), exp.Literal.string(","))


def _divided(node: exp.Div) -> exp.Expr:
    """DuckDB divides in double precision, whatever the types; Spark divides decimals as such, and rounds twice."""
    return exp.Div(this=exp.cast(node.this, "double"), expression=exp.cast(node.expression, "double"))


def _rounded(node: exp.Round) -> exp.Expr:
    """DuckDB rounds the double; Spark rounds the shortest decimal that stands for it."""
    digits = node.args.get("decimals")
    if not node.this.find(exp.Div) or digits is None or digits.name == "0":
        return node
    shift = _number(f"1e{digits.name}")
    return exp.Div(
        this=exp.Round(this=exp.paren(exp.Mul(this=exp.paren(node.this), expression=shift))), expression=shift.copy()
    )


def _between_days(node: exp.Sub) -> exp.Expr:
    """Days between two days are a number in DuckDB, and an interval on Spark; a number of days is an INT there."""
    if not node.this.is_type("date"):
        return node
    if node.expression.is_type("date"):
        days = _call("DATEDIFF", node.this, node.expression)
        days.type = exp.DataType.build("int")
        return days
    return _call("DATE_SUB", node.this, exp.cast(node.expression, "int"))


def _days_later(node: exp.Add) -> exp.Expr:
    """A number of days is an INT on Spark; months are added by a function of their own."""
    months = node.expression
    if isinstance(months, exp.Anonymous) and months.name.lower() == "to_months":
        return _call("ADD_MONTHS", node.this, exp.cast(months.expressions[0], "int"))
    if node.this.is_type("date") and (months.is_type(*_WHOLE) or months.is_type("unknown")):
        return _call("DATE_ADD", node.this, exp.cast(months, "int"))
    return node


def _element(node: exp.Bracket) -> exp.Expr:
    """Elements are counted from 1 and NULL where there is none; a part of a list or a text is cut by a function."""
    (index,) = node.expressions
    if isinstance(index, exp.Slice):
        return _part(node.this, index)
    if index.is_int and not node.this.is_type("map"):  # sqlglot counts what is written as a number from 0
        index = _number(index.to_py() + 1)
    return _call("TRY_ELEMENT_AT", node.this, index)


def _part(whole: exp.Expr, slice_: exp.Slice) -> exp.Expr:
    first, last = (None if end is None else int(end.to_py()) for end in (slice_.this, slice_.expression))
    if whole.unnest().is_type("array"):
        if first is not None or last is None:
            raise NotTold(f"a part of a list: {slice_.sql()}")
        return _call("SLICE", whole, _number(1), _number(last))
    if last is None and first is not None:
        return exp.func("RIGHT", whole, _number(-first)) if first < 0 else exp.func("SUBSTR", whole, _number(first))
    if first is None and last is not None:
        length = (
            _number(last)
            if last > 0
            else exp.Add(
                this=_call("CHAR_LENGTH", whole.copy()),
                expression=_number(last + 1),
            )
        )
        return _call("LEFT", whole, length)
    raise NotTold(f"a part of a text: {slice_.sql()}")


def _each(node: exp.Array) -> exp.Expr:
    """`[f(x) for x in list]`."""
    if len(node.expressions) == 1 and isinstance(made := node.expressions[0], exp.Comprehension):
        return exp.func("TRANSFORM", made.args["iterator"], exp.Lambda(this=made.this, expressions=[made.expression]))
    return node


def _any(node: exp.IgnoreNulls) -> exp.Expr:
    """Leaving NULL out is an argument on Spark, since it may not stand before a filter."""
    if isinstance(node.this, exp.AnyValue):
        return _call("ANY_VALUE", node.this.this, exp.true())
    return node


def _in_order(node: exp.ArrayAgg, where: exp.Expr | None = None) -> exp.Expr:
    """A list keeps NULL and has an order; of nothing it is NULL."""
    if isinstance(node.parent, exp.Filter) and where is None:
        return node
    what, order = node.this, []
    if isinstance(what, exp.Order):
        what, order = what.this, what.expressions
    if isinstance(what, exp.Distinct):
        values = _call("COLLECT_SET", *list(what.expressions))
        made: exp.Expr = _call("ARRAY_SORT", _where(values, where))
    else:
        keys = [exp.alias_(key.this.copy(), f"k{n}") for n, key in enumerate(order)]
        row = _call("STRUCT", *keys, exp.alias_(what, "x"))
        made = _where(_call("COLLECT_LIST", row), where)
        if order:
            made = _call("ARRAY_SORT", made, _compared(order))
        made = _call("TRANSFORM", made, _lambda("s", "s.x"))
    listed = exp.Case().when(_call("ARRAY_SIZE", made) > 0, made.copy())
    listed.type = exp.DataType.build("array<string>", dialect="spark")
    return listed


def _joined(node: exp.GroupConcat, where: exp.Expr | None = None) -> exp.Expr:
    """Spark's planner fails on two texts that each join different values in an order; joined as a list it does not."""
    ordered = node.this
    if not ordered.find(exp.Distinct) or (isinstance(node.parent, exp.Filter) and where is None):
        return node
    return _call("ARRAY_JOIN", _in_order(exp.ArrayAgg(this=ordered), where), node.args["separator"])


def _compared(order: list[exp.Ordered]) -> exp.Expr:
    cases = []
    for n, key in enumerate(order):
        less, more = ("1", "-1") if key.args.get("desc") else ("-1", "1")
        cases.append(f"WHEN l.k{n} < r.k{n} THEN {less} WHEN l.k{n} > r.k{n} THEN {more}")
        cases.append(f"WHEN l.k{n} IS NULL AND r.k{n} IS NOT NULL THEN 1")
        cases.append(f"WHEN l.k{n} IS NOT NULL AND r.k{n} IS NULL THEN -1")
    return _lambda("l, r", f"CASE {' '.join(cases)} ELSE 0 END")


def _lambda(names: str, body: str) -> exp.Expr:
    return parse_one(f"f(({names}) -> {body})", dialect="spark").expressions[0]


def _where(aggregate: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition)) if condition is not None else aggregate


def _filtered(node: exp.Filter) -> exp.Expr:
    """What is left out of a list is left out before it is put in order."""
    condition = node.expression.this
    if isinstance(node.this, exp.ArrayAgg):
        return _in_order(node.this, condition)
    if isinstance(node.this, exp.ArgMax | exp.ArgMin):
        return _of_the_last(node.this, condition)
    if isinstance(node.this, exp.GroupConcat) and node.this.find(exp.Distinct):
        return _joined(node.this, condition)
    return node


def _of_the_last(node: exp.ArgMax | exp.ArgMin, condition: exp.Expr | None = None) -> exp.Expr:
    """DuckDB looks at rows that have a value only; Spark gives back NULL where the last one has none."""
    if isinstance(node.parent, exp.Filter) and condition is None:
        return node
    filled = _is_filled(node.this)
    return _where(node, exp.and_(condition, filled) if condition is not None else filled)


def _matches_whole(node: exp.RegexpFullMatch) -> exp.Expr:
    r"""Spark finds a pattern anywhere; \z is the end, where $ is also before a last line feed."""
    pattern = node.expression
    if pattern.is_string:
        whole: exp.Expr = exp.Literal.string(rf"^(?:{pattern.name})\z")
    else:
        whole = exp.func("CONCAT", exp.Literal.string("^(?:"), pattern, exp.Literal.string(r")\z"))
    return exp.RegexpLike(this=node.this, expression=whole)


def _taken_apart(node: exp.RegexpExtract) -> exp.Expr:
    """Named groups become a struct by one call each; a whole match is group 0, which is not Spark's own choice."""
    group = node.args.get("group")
    if isinstance(group, exp.Array):
        parts = [
            exp.alias_(
                _call("REGEXP_EXTRACT", node.this.copy(), node.expression.copy(), _number(n)),
                name.name,
            )
            for n, name in enumerate(group.expressions, start=1)
        ]
        return exp.Case().when(
            _is_filled(node.this),
            _call("STRUCT", *parts),
        )
    number = group if group is not None else _number(0)
    return _call("REGEXP_EXTRACT", node.this, node.expression, number)


def _replaced(node: exp.RegexpReplace) -> exp.Expr:
    r"""Groups are written $1 on Spark, which replaces every match; where DuckDB replaces the first, there is one only,
    since the pattern holds on to an end of the text."""
    pattern, by = node.expression, node.args["replacement"]
    flags = node.args.get("modifiers")
    if not (flags and "g" in flags.name) and not (
        pattern.is_string and (pattern.name[0] == "^" or pattern.name[-1] == "$")
    ):
        raise NotTold(f"regexp_replace of a first match: {pattern.sql()}")
    for text in [by] if by.is_string else by.find_all(exp.Literal):
        text.set("this", text.name.replace("$", r"\$").replace("\\1", "$1").replace("\\2", "$2"))
    return _call("REGEXP_REPLACE", node.this, pattern, by)


def _tried(node: exp.Try) -> exp.Expr:
    """What cannot be held is NULL on Spark as the session is set (`engine.SETTINGS`)."""
    return exp.paren(node.this)


def _length(node: exp.Length) -> exp.Expr:
    """A list has a size on Spark."""
    if node.this.is_type("array") or isinstance(node.this, exp.ArrayFilter):
        return _call("ARRAY_SIZE", node.this)
    return node


def _named(node: exp.Anonymous) -> exp.Expr:
    """Functions of another name, or of none."""
    name = node.name.lower()
    if name == "strlen":
        return _call("OCTET_LENGTH", *node.expressions)
    if name == "timezone":
        zone, moment = node.expressions
        if isinstance(moment, exp.Anonymous) and moment.name.lower() == "timezone":
            moment = moment.expressions[1]  # from UTC, which is the zone of the session
            return _call("FROM_UTC_TIMESTAMP", exp.cast(moment, "timestamp"), zone)
        if not isinstance(node.parent, exp.Anonymous):
            raise NotTold(node.sql())
    return node


REWRITES: Mapping[type[exp.Expr], Callable[..., exp.Expr]] = {
    exp.Cast: _written,
    exp.Div: _divided,
    exp.Round: _rounded,
    exp.Sub: _between_days,
    exp.Add: _days_later,
    exp.Bracket: _element,
    exp.Array: _each,
    exp.IgnoreNulls: _any,
    exp.ArrayAgg: _in_order,
    exp.GroupConcat: _joined,
    exp.Filter: _filtered,
    exp.ArgMax: _of_the_last,
    exp.ArgMin: _of_the_last,
    exp.RegexpFullMatch: _matches_whole,
    exp.RegexpExtract: _taken_apart,
    exp.RegexpReplace: _replaced,
    exp.Try: _tried,
    exp.Length: _length,
    exp.Anonymous: _named,
}
