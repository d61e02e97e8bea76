/* The page of a project in a plan of too many to have a page each: its facts stand in a file with those of the projects
   around it, which is taken in as a script, so that it works from a file share and under the strictest headers. */
"use strict";
(function () {
  var language = document.documentElement.lang, dutch = language === "nl";
  var LISTED = 100;
  var arrived = {}, waiting = null;
  function say(nl, en) { return dutch ? nl : en; }

  var forms = {
    text: function (value) { return Array.isArray(value) ? value[dutch ? 0 : 1] || value[dutch ? 1 : 0] : value; },
    key: function (value) { return value; },
    day: function (value) {
      return value && new Date(value + "T00:00:00Z").toLocaleDateString(dutch ? "nl-BE" : "en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    },
    euro: function (value) {
      return value === null ? null : (dutch ? "€ " : "€") + Number(value).toLocaleString(dutch ? "nl-BE" : "en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    }
  };
  function shown(value, form) {
    var text = value === undefined ? null : forms[form || "text"](value);
    return text === null || text === "" || text === undefined ? "–" : String(text);
  }

  document.addEventListener("DOMContentLoaded", function () {
    var article = document.getElementById("project"), input = document.getElementById("projectcode");
    var codes = document.getElementById("codes"), status = document.getElementById("stand");
    var firsts = JSON.parse(article.dataset.parts);

    /* The last part whose first code does not come after this one. */
    function partOf(code) {
      var low = 0, high = firsts.length - 1;
      while (low < high) {
        var middle = Math.ceil((low + high) / 2);
        if (firsts[middle] <= code) { low = middle; } else { high = middle - 1; }
      }
      return low;
    }
    function take(part) {
      if (part in arrived) { show(); return; }
      if (document.querySelector('script[data-part="' + part + '"]')) { return; }
      var script = document.createElement("script");
      script.src = article.dataset.folder + part + ".js";
      script.dataset.part = part;
      script.addEventListener("error", function () { status.textContent = say("Dat deel van de projecten is niet te lezen.", "That part of the projects cannot be read."); });
      document.head.appendChild(script);
    }
    function fill(facts) {
      Array.prototype.forEach.call(article.querySelectorAll("[data-fact]"), function (place) {
        place.textContent = shown(facts[place.dataset.fact], place.dataset.form);
      });
      Array.prototype.forEach.call(article.querySelectorAll("[data-rows]"), function (section) {
        var rows = facts[section.dataset.rows] || [], body = section.querySelector("tbody");
        section.hidden = !rows.length;
        body.textContent = "";
        rows.forEach(function (row) {
          var line = body.insertRow();
          Array.prototype.forEach.call(section.querySelectorAll("[data-field]"), function (head) {
            var cell = line.insertCell();
            cell.textContent = shown(row[head.dataset.field], head.dataset.form);
            if (head.dataset.form === "euro") { cell.className = "n"; }
            if (head.dataset.form === "key") { cell.className = "small"; }
          });
        });
      });
    }
    function show() {
      var code = waiting, near = arrived[partOf(code)];
      if (!near) { return; }
      var found = near.filter(function (one) { return one[0] === code; })[0];
      article.hidden = !found;
      codes.textContent = "";
      if (found) {
        fill(found[1]);
        article.querySelector("h2").insertAdjacentText("afterbegin", code + " ");
        status.textContent = "";
        return;
      }
      var alike = near.filter(function (one) { return one[0].indexOf(code) === 0; });
      status.textContent = alike.length ? say("Projecten waarvan de code zo begint:", "Projects whose code begins so:")
        : say("Geen project met die code.", "No project of that code.");
      alike.slice(0, LISTED).forEach(function (one) {
        var item = document.createElement("li"), link = document.createElement("a");
        link.href = "#project=" + encodeURIComponent(one[0]);
        link.textContent = one[0];
        item.appendChild(link);
        item.appendChild(document.createTextNode(" " + one[1].project_title));
        codes.appendChild(item);
      });
    }
    function ask(code) {
      waiting = code.trim();
      if (waiting && firsts.length) { take(partOf(waiting)); }
    }
    window.veerkracht.part = function (part, projects) { arrived[part] = projects; show(); };
    function fromAddress() {
      var named = /^#project=(.+)$/.exec(location.hash);
      var code = named ? decodeURIComponent(named[1]) : new URLSearchParams(location.search).get("project");
      if (code) { input.value = code; ask(code); }
    }
    window.addEventListener("hashchange", fromAddress);
    input.form.addEventListener("submit", function (event) {
      event.preventDefault();
      history.replaceState(null, "", "#project=" + encodeURIComponent(input.value.trim()));
      ask(input.value);
    });
    fromAddress();
  });
}());
