/* Lists that sort, filter, are searched and downloaded; the search page; deep links. Nothing is fetched: it works from a
   file share. What pages say stands in them without this. */
"use strict";
(function () {
  var dutch = document.documentElement.lang === "nl";
  function say(nl, en) { return dutch ? nl : en; }
  var arrived = {};
  window.veerkracht = {
    list: function (name, rows) { arrived[name] = rows; }
  };

  function make(tag, attributes, parent) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (name === "text") { element.textContent = attributes[name]; } else { element.setAttribute(name, attributes[name]); }
    });
    if (parent) { parent.appendChild(element); }
    return element;
  }

  /* The part of the address after # names what is asked of a list: #status=Oranje&zoek=brug */
  function asked() {
    var found = {};
    location.hash.slice(1).split("&").forEach(function (part) {
      var at = part.indexOf("=");
      if (at > 0) { found[decodeURIComponent(part.slice(0, at))] = decodeURIComponent(part.slice(at + 1)); }
    });
    return found;
  }
  function tell(wishes) {
    var parts = Object.keys(wishes).filter(function (name) { return wishes[name]; }).map(function (name) {
      return encodeURIComponent(name) + "=" + encodeURIComponent(wishes[name]);
    });
    history.replaceState(null, "", parts.length ? "#" + parts.join("&") : location.pathname.split("/").pop());
  }

  function words(cell) { return cell.textContent.replace(/\s+/g, " ").trim(); }

  /* A cell for a spreadsheet: a figure whole and without its unit, all else as it reads. */
  function exact(cell) {
    var figure = cell.querySelector("[data-value]");
    var value = figure && words(figure) === words(cell) ? figure.dataset.value : "";
    return /^-?\d+(\.\d+)?$/.test(value) ? value.replace(".", say(",", ".")) : words(cell);
  }

  function download(name, lines) {
    var text = "\ufeff" + lines.map(function (line) {
      return line.map(function (value) {
        var safe = /^[=+@\t\r-]/.test(value) && !/^-?[\d.,]+$/.test(value) ? "'" + value : value;
        return '"' + safe.replace(/"/g, '""') + '"';
      }).join(";");
    }).join("\r\n") + "\r\n";
    var link = make("a", { download: name + ".csv", href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) }, document.body);
    link.click();
    link.remove();
  }

  function enhance(place, only) {
    var table = place.querySelector("table");
    if (place.dataset.list) {
      if (!(place.dataset.list in arrived)) { return; }
      table.tBodies[0].innerHTML = arrived[place.dataset.list];
    }
    if (table.tBodies[0].rows.length < 8 || !window.DataTable) { return; }
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var labels = heads.map(words);
    var tools = make("div", { "class": "tools", role: "search" });
    place.insertBefore(tools, place.firstChild);
    var wishes = only ? asked() : {};
    var many = table.tBodies[0].rows.length > 250;
    heads.forEach(function (head, column) {
      if (head.classList.contains("n")) {
        Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
          var cell = row.cells[column];
          if (cell && !cell.hasAttribute("data-order")) {
            var figure = cell.querySelector("[data-value]");
            cell.setAttribute("data-order", figure ? figure.dataset.value : words(cell).replace(/[^\d,-]/g, "").replace(",", ".") || "-1");
          }
        });
      }
    });
    var shown = new window.DataTable(table, {
      paging: many, pageLength: 100, lengthChange: false, info: false, order: [], autoWidth: false,
      layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: many ? "paging" : null },
      language: { zeroRecords: say("Niets gevonden.", "Nothing found."), paginate: { first: "«", previous: "‹", next: "›", last: "»" },
        aria: { orderable: say(": sorteer", ": sort"), orderableReverse: say(": sorteer andersom", ": sort the other way"), orderableRemove: say(": sorteer niet meer", ": no longer sort"),
          paginate: { first: say("Eerste", "First"), previous: say("Vorige", "Previous"), next: say("Volgende", "Next"), last: say("Laatste", "Last"), number: say("Bladzijde ", "Page ") } } }
    });
    function field(label, element) {
      var around = make("label", { text: label });
      around.appendChild(element);
      tools.appendChild(around);
      return element;
    }
    var search = field(say("Zoek in deze lijst", "Search this list"), make("input", { type: "search", name: "zoek" }));
    var chosen = [];
    heads.forEach(function (head, column) {
      if (!head.hasAttribute("data-filter")) { return; }
      var apart = head.dataset.filter === "words";
      var values = {};
      shown.column(column).nodes().each(function (cell) {
        (apart ? words(cell).split(" ") : [words(cell)]).forEach(function (value) { if (value) { values[value] = true; } });
      });
      var select = make("select", { name: labels[column] });
      make("option", { value: "", text: say("alle", "all") }, select);
      Object.keys(values).sort(function (a, b) { return a.localeCompare(b, document.documentElement.lang, { numeric: true }); })
        .forEach(function (value) { make("option", { value: value, text: value }, select); });
      field(labels[column], select);
      chosen.push({ column: column, select: select, apart: apart });
    });
    var button = make("button", { type: "button", text: say("Download wat er staat (CSV)", "Download what is shown (CSV)") }, tools);
    var count = make("output", { "aria-live": "polite" }, tools);
    function redraw() {
      shown.search(search.value);
      chosen.forEach(function (one) {
        var value = one.select.value;
        var literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        var pattern = !value ? "" : one.apart ? "(^|\\s)" + literal + "(\\s|$)" : "^\\s*" + literal.replace(/ /g, "\\s+") + "\\s*$";
        shown.column(one.column).search(pattern, true, false);
      });
      shown.draw();
      if (only) {
        var now = { zoek: search.value };
        chosen.forEach(function (one) { now[one.select.name] = one.select.value; });
        if (search.value || chosen.some(function (one) { return one.select.value; }) || Object.keys(wishes).length) { tell(now); }
      }
    }
    function tally() {
      var rows = shown.rows({ search: "applied" }).count();
      count.textContent = rows + " " + say("van", "of") + " " + shown.rows().count();
    }
    shown.on("draw", tally);
    search.value = wishes.zoek || "";
    chosen.forEach(function (one) { if (wishes[one.select.name]) { one.select.value = wishes[one.select.name]; } });
    search.addEventListener("input", redraw);
    chosen.forEach(function (one) { one.select.addEventListener("change", redraw); });
    button.addEventListener("click", function () {
      var lines = [labels];
      shown.rows({ search: "applied", order: "applied" }).nodes().each(function (row) {
        lines.push(Array.prototype.map.call(row.cells, exact));
      });
      download(place.dataset.name, lines);
    });
    redraw();
    tally();
  }

  function fold(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  /* Where a key leads: the short one of a document, or a trace key, whose address follows from it as in flows/site/figures.py. */
  function account(key, places) {
    if (/^[0-9a-hjkmnp-tv-z]{8}$/.test(key) && /[0-9]/.test(key)) { return "sleutels/" + key.charAt(0) + ".html#" + key; }
    var parts = key.split("/");
    if (parts.length < 3) { return null; }
    function file(text) { return text.replace(/[^A-Za-z0-9._-]/g, function (sign) { return "~" + sign.codePointAt(0).toString(16); }); }
    var mart = parts[1], rest = parts.slice(2);
    var place = "#" + encodeURIComponent(rest.join("/"))
      .replace(/[!'()*]/g, function (sign) { return "%" + sign.charCodeAt(0).toString(16).toUpperCase(); })
      .replace(/%(2F|7C|3A|2B)/g, decodeURIComponent);
    if (places.elsewhere[mart]) {
      return places.elsewhere[mart].replace(/\{(\d)\}/g, function (all, number) { return file(rest[number] || ""); }) + place;
    }
    var named = rest.slice(0, places.apart[mart] || 1);
    return "cijfers/" + file(mart) + "/" + (rest.length > named.length ? named.map(file).join("/") : "alle") + ".html" + place;
  }

  function find(list) {
    var input = document.getElementById("zoekwoord");
    var status = document.getElementById("zoekstand");
    if (!(list.dataset.found in arrived)) { return; }
    var holder = make("ul");
    holder.innerHTML = arrived[list.dataset.found];
    var entries = Array.prototype.map.call(holder.children, function (entry) {
      return { entry: entry, label: fold(entry.textContent), all: fold(entry.textContent + " " + entry.dataset.words) };
    });
    function show() {
      var asks = fold(input.value).split(/\s+/).filter(Boolean);
      list.textContent = "";
      if (!asks.length) { status.textContent = ""; return; }
      var found = entries.filter(function (one) { return asks.every(function (word) { return one.all.indexOf(word) >= 0; }); });
      found.sort(function (a, b) {
        function rank(one) { return asks.every(function (word) { return one.label.indexOf(word) >= 0; }) ? 0 : 1; }
        return rank(a) - rank(b);
      });
      var key = input.value.trim().replace(/:\w+$/, ""), address = account(key, JSON.parse(list.dataset.places));
      if (address) { make("a", { href: address, text: say("Herkomst van het cijfer met sleutel ", "Origin of the figure with key ") + key }, make("li", {}, list)); }
      status.textContent = found.length + " " + say("gevonden", "found") + (found.length > 100 ? say(", de eerste 100", ", the first 100") : "");
      found.slice(0, 100).forEach(function (one) {
        var item = one.entry.cloneNode(true);
        make("span", { "class": "tag", text: item.dataset.kind }, item);
        list.appendChild(item);
      });
      history.replaceState(null, "", "#q=" + encodeURIComponent(input.value));
    }
    input.form.addEventListener("submit", function (event) { event.preventDefault(); show(); });
    input.addEventListener("input", show);
    var query = asked().q || new URLSearchParams(location.search).get("q");
    if (query) { input.value = query; show(); }
  }

  document.addEventListener("DOMContentLoaded", function () {
    var lists = document.querySelectorAll(".list");
    Array.prototype.forEach.call(lists, function (place) { enhance(place, lists.length === 1); });
    Array.prototype.forEach.call(document.querySelectorAll("[data-found]"), find);
    if (location.hash.length > 1 && location.hash.indexOf("=") < 0) {
      var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      var closed = target && target.closest("details");
      if (closed) { closed.open = true; }
      if (target) { target.scrollIntoView(); }
    }
  });
}());
