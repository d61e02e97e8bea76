"""The ways in which the SQL of a model can be a slip: a sign, a condition, a branch or a join is another or none."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp, parse_one

OTHER: dict[type[exp.Expr], type[exp.Expr]] = {
    **{exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.NullSafeEQ: exp.EQ, exp.NullSafeNEQ: exp.NEQ},
    **{exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.And: exp.Or, exp.Or: exp.And},
    **{exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul},
    **{exp.Min: exp.Max, exp.Max: exp.Min, exp.ArgMin: exp.ArgMax, exp.ArgMax: exp.ArgMin, exp.Sum: exp.Count},
    **{exp.Least: exp.Greatest, exp.Greatest: exp.Least, exp.Lag: exp.Lead, exp.Lead: exp.Lag},
    **{exp.LogicalAnd: exp.LogicalOr, exp.LogicalOr: exp.LogicalAnd, exp.First: exp.Last, exp.Last: exp.First},
}
"""What is easily written for what; a sign that treats what is empty otherwise is among them."""
LEFT_OUT: dict[tuple[type[exp.Expr], str], int] = {
    **{(exp.Case, "ifs"): 2, (exp.Case, "default"): 1, (exp.In, "expressions"): 2},
    **{(exp.Join, "using"): 2, (exp.Window, "partition_by"): 1, (exp.Coalesce, "expressions"): 1},
}
"""What may be forgotten, by the part of what it is, where there are at least so many."""
_CONDITIONS = (exp.Where, exp.Having, exp.Qualify)
_OF_THE_FORM = (exp.DataTypeParam, exp.Group, exp.Ordered, exp.Select)
"""A number that stands in these is the size of a type, the place of a column, or the one of `select 1`."""
_LONGEST = 90


@dataclass(frozen=True)
class Mutant:
    """One change of a query."""

    within: str
    """The part of the query and the column where it stands."""
    was: str
    becomes: str
    sql: str
    """The whole query as it then is."""


def read(sql: str) -> exp.Expr:
    """The query as sqlglot reads DuckDB's SQL, of tables of the database that is in use."""
    query = parse_one(sql, dialect="duckdb")
    for table in query.find_all(exp.Table):
        table.set("catalog", None)
    return query


def written(query: exp.Expr) -> str:
    return query.sql(dialect="duckdb")


def mutants(sql: str) -> Iterator[Mutant]:
    """The query, changed in one place in each way that could be a slip."""
    query = read(sql)
    return (_mutant(query, *change) for change in _changes(query))


def sample(sql: str, count: int, seed: str) -> list[Mutant]:
    """So many mutants of a query at random, or all where there are fewer; always the same for a seed."""
    query = read(sql)
    found = list(_changes(query))
    random.Random(seed).shuffle(found)
    return [_mutant(query, *change) for change in sorted(found[:count], key=lambda change: change[0])]


_Change = tuple[int, exp.Expr, exp.Expr | None]
"""The place of a node, the node, and what stands there instead; None where it is left out."""


def _changes(query: exp.Expr) -> Iterator[_Change]:
    for place, node in enumerate(query.walk()):
        yield from ((place, node, changed) for changed in _ways(node))


def _mutant(query: exp.Expr, place: int, node: exp.Expr, changed: exp.Expr | None) -> Mutant:
    whole = query.copy()
    there = next(found for at, found in enumerate(whole.walk()) if at == place)
    if changed is not None:
        there.replace(changed)
    elif isinstance(there.parent, exp.Connector):
        there.parent.replace(there.parent.right if there is there.parent.left else there.parent.left)
    else:
        there.pop()
    return Mutant(_within(node), _said(node), _said(changed), written(whole))


def _ways(node: exp.Expr) -> Iterator[exp.Expr | None]:
    """What could stand in the place of a node; None where it is left out."""
    if other := OTHER.get(type(node)):
        changed = other(**node.copy().args)
        yield exp.paren(changed) if isinstance(node, exp.Binary) else changed
    if _can_be_left_out(node):
        yield None
    if isinstance(node, exp.Not | exp.Filter):
        yield node.this.copy()
    elif isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield exp.not_(node.copy())
    elif isinstance(node, exp.Join):
        yield from _joins(node)
    elif isinstance(node, exp.Coalesce):
        first, second, *rest = (part.copy() for part in (node.this, *node.expressions))
        yield exp.Coalesce(this=second, expressions=[first, *rest])
    elif isinstance(node, exp.Ordered) and _decides(node):
        yield _with(node, desc=not node.args.get("desc"))
    elif isinstance(node, exp.SetOperation) and not isinstance(node.parent, exp.SetOperation):
        yield _with(node, distinct=not node.args.get("distinct"))
    elif isinstance(node, exp.Select) and node.args.get("distinct"):
        yield _with(node, distinct=None)
    elif isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield exp.Count(this=node.this.expressions[0].copy())
    elif isinstance(node, exp.Boolean):
        yield exp.Boolean(this=not node.this)
    elif isinstance(node, exp.Literal) and node.is_int and not isinstance(node.parent, _OF_THE_FORM):
        yield exp.Literal.number(int(node.this) + 1)


def _can_be_left_out(node: exp.Expr) -> bool:
    """Whether there is a query without it: a condition, a branch, a part of a key where another part stays."""
    if isinstance(node, _CONDITIONS):
        return not isinstance(node.parent, exp.Filter)  # which is left out whole
    if isinstance(node.parent, exp.Connector):
        return type(node) is not type(node.parent)  # else each part of it is
    if node.parent is None or node.arg_key is None:
        return False
    beside, at_least = node.parent.args[node.arg_key], LEFT_OUT.get((type(node.parent), node.arg_key))
    return at_least is not None and (len(beside) if isinstance(beside, list) else 1) >= at_least


def _joins(join: exp.Join) -> Iterator[exp.Expr]:
    if join.side == "LEFT":
        yield _with(join, side=None, kind="INNER")
    elif join.side == "FULL" or join.args.get("on") or join.args.get("using"):
        yield _with(join, side="LEFT", kind=None)


def _with(node: exp.Expr, **args: object) -> exp.Expr:
    changed = node.copy()
    for name, value in args.items():
        changed.set(name, value)
    return changed


def _decides(node: exp.Ordered) -> bool:
    """An order that decides on values: rows of a table have none."""
    of = node.parent.parent if node.parent else None
    return not isinstance(of, exp.Query) or bool(of.args.get("limit"))


def _within(node: exp.Expr) -> str:
    part, column = node.find_ancestor(exp.CTE), node.find_ancestor(exp.Alias, exp.CTE)
    names = [part.alias if part else "", column.alias if isinstance(column, exp.Alias) else ""]
    return ".".join(name for name in names if name)


def _said(node: exp.Expr | None) -> str:
    """A node in short; of queries that are put together, how."""
    if node is None:
        return "(left out)"
    if isinstance(node, exp.SetOperation):
        return "UNION" if node.args.get("distinct") else "UNION ALL"
    sql = written(node)
    return sql if len(sql) <= _LONGEST else f"{sql[: _LONGEST // 2]} … {sql[-_LONGEST // 2 :]}"
