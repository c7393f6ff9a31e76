"use strict";
(function () {
  var tools = document.getElementById("tools");
  if (!tools) return;
  var list = document.getElementById("cards");
  var search = document.getElementById("search");
  var only = document.getElementById("only");
  var order = document.getElementById("order");
  var shown = document.getElementById("shown");
  var cards = Array.prototype.map.call(list.children, function (card, place) {
    return {
      card: card,
      place: place,
      name: card.querySelector("h3").textContent.toLowerCase(),
      gap: Number(card.getAttribute("data-gap")),
      bad: card.className === "bad",
    };
  });
  var sorts = {
    severity: function (a, b) { return a.place - b.place; },
    gap: function (a, b) { return b.gap - a.gap || a.place - b.place; },
    name: function (a, b) { return a.name < b.name ? -1 : a.name > b.name ? 1 : 0; },
  };
  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    cards.forEach(function (item) {
      var fits = (!only.checked || item.bad) && words.every(function (word) { return item.name.indexOf(word) >= 0; });
      item.card.hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = count + " of " + cards.length + " features are shown";
  }
  function sort() {
    var fragment = document.createDocumentFragment();
    cards.slice().sort(sorts[order.value]).forEach(function (item) { fragment.appendChild(item.card); });
    list.appendChild(fragment);
  }
  // A link to a feature that the filter hides shows all of them again.
  function follow() {
    var target = document.getElementById(location.hash.slice(1));
    if (!target || !target.hidden) return;
    search.value = "";
    only.checked = false;
    filter();
    target.scrollIntoView();
  }
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  order.addEventListener("change", sort);
  window.addEventListener("hashchange", follow);
  tools.hidden = false;
  filter();
})();
