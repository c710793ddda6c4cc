/* Filters and sorting of the icon matrix, the place on the page when the language changes, and
   downloads of a page in one file.
   The state stands in the fragment (#filter=con&workstream=falls&find=powys&sort=falls-rate), so a
   link keeps it and it works from a folder as from a web server. Not here: charts (charts.js). */
(function () {
  'use strict';
  var KEYS = ['find', 'workstream', 'filter', 'sort'];
  var state = {};

  /* An address may have been cut off within a letter: what cannot be read says nothing. */
  function decoded(text) {
    try { return decodeURIComponent(text); } catch (unreadable) { return ''; }
  }

  /* The state as a fragment, empty where nothing is chosen. */
  function written() {
    var set = KEYS.filter(function (key) { return state[key]; });
    return set.map(function (key) { return key + '=' + encodeURIComponent(state[key]); }).join('&');
  }

  /* The language link leads to the same place: to the same filter, or to the same chart. */
  [].forEach.call(document.querySelectorAll('[data-keep-fragment]'), function (link) {
    var plain = link.getAttribute('href');
    ['click', 'auxclick', 'focus', 'mouseenter'].forEach(function (kind) {
      link.addEventListener(kind, function () {
        link.setAttribute('href', plain + (written() ? '#' + written() : location.hash));
      });
    });
  });

  /* A link may lead into a folded part: it is opened, or the reader lands nowhere. */
  function unfold() {
    var target = location.hash && document.getElementById(decoded(location.hash.slice(1)));
    if (!target) return;
    var part = target.closest('details');
    if (target.tagName === 'DETAILS') target.open = true;
    while (part) { part.open = true; part = part.parentNode.closest('details'); }
    target.scrollIntoView();
  }
  window.addEventListener('hashchange', unfold);
  unfold();

  /* A page that was made one file has its CSV files packed; the one asked for is unpacked. */
  var packed = document.getElementById('packed-files'), files;
  function unpacked() {
    var bytes = Uint8Array.from(atob(packed.textContent), function (byte) { return byte.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
  }
  if (packed) document.addEventListener('click', function (event) {
    var link = event.target.closest('[data-packed]');
    if (!link) return;
    event.preventDefault();
    files = files || unpacked();
    files.then(function (found) {
      var saved = document.createElement('a');
      saved.href = URL.createObjectURL(new Blob([found[link.dataset.packed]], { type: 'text/csv' }));
      saved.download = link.dataset.packed;
      saved.click();
    });
  });

  var form = document.getElementById('matrix-tools');
  if (!form) return;
  var table = document.querySelector('.mx'), body = table.tBodies[0], rows = [].slice.call(body.rows);
  var find = form.querySelector('#find'), workstream = form.querySelector('#workstream');
  var count = form.querySelector('.count'), nobody = document.querySelector('.nobody');

  function every(selector, act) { [].forEach.call(document.querySelectorAll(selector), act); }

  function values(selector, of) { return [].map.call(document.querySelectorAll(selector), of); }

  /* What the page has to choose from. Organisations are found by any text. */
  var known = {
    workstream: values('#workstream option', function (option) { return option.value; }),
    filter: values('#matrix-tools [data-filter]', function (button) { return button.dataset.filter; }),
    sort: values('.mx [data-sort]', function (button) { return button.dataset.sort; })
  };

  /* The state that the address holds, without what the page does not have; null where it is the
     address of a place on the page, which says nothing of the state. */
  function read() {
    var hash = location.hash.slice(1), found = {}, isState = !hash;
    hash.split('&').forEach(function (part) {
      var at = part.indexOf('='), key = part.slice(0, at), value = decoded(part.slice(at + 1));
      if (at < 1 || KEYS.indexOf(key) < 0) return;
      isState = true;
      if (!known[key] || known[key].indexOf(value) > -1) found[key] = value;
    });
    return isState ? found : null;
  }

  function write() {
    var hash = written(), plain = location.href.split('#')[0];
    try { history.replaceState(null, '', hash ? plain + '#' + hash : plain); } catch (refused) { /* some viewers forbid it */ }
  }

  function answers(cell) {
    return !state.filter || (' ' + cell.dataset.kinds + ' ').indexOf(' ' + state.filter + ' ') > -1;
  }

  /* A row stays whole, so that what answers is seen beside what does not; Wales stays on top of it.
     Tells how many cells answer. */
  function showRow(row) {
    var cells = [].filter.call(row.querySelectorAll('td[data-kinds]'), function (cell) {
      var is = answers(cell);
      cell.classList.toggle('dim', !is);
      return is && !cell.hidden;
    });
    var named = !state.find || row.dataset.search.indexOf(state.find.toLowerCase().trim()) > -1;
    row.hidden = !named || (!!state.filter && !cells.length && row !== rows[0]);
    return named ? cells.length : 0;
  }

  /* Cells that do not answer are grey: how many do is said as well. */
  function said(shown, cells) {
    if (!state.filter) return count.dataset.text.replace('#', shown).replace('%', rows.length);
    var forms = JSON.parse(count.dataset.found), form = new Intl.PluralRules(document.documentElement.lang).select(cells);
    return ((cells === 0 && forms.zero) || forms[form] || forms.other).replace('#', cells).replace('%', shown);
  }

  function place(row) {
    var cell = [].filter.call(row.cells, function (one) { return one.dataset.column === state.sort; })[0];
    return cell ? [+cell.dataset.rank, +cell.dataset.value || 0] : [99, 0];
  }

  /* By signal, then by value; Wales stays on top, equals keep the order of names. */
  function order(a, b) {
    if (a === rows[0] || b === rows[0]) return a === rows[0] ? -1 : 1;
    if (state.sort) {
      var first = place(a), second = place(b);
      if (first[0] !== second[0]) return first[0] - second[0];
      if (first[1] !== second[1]) return first[1] - second[1];
    }
    return rows.indexOf(a) - rows.indexOf(b);
  }

  function show() {
    every('.mx [data-workstream]', function (cell) {
      cell.hidden = !!state.workstream && cell.dataset.workstream !== state.workstream;
    });
    var found = rows.map(showRow);
    var some = rows.filter(function (row, place) { return state.filter ? found[place] : !row.hidden; });
    table.hidden = !some.length;
    nobody.hidden = !!some.length;
    rows.slice().sort(order).forEach(function (row) { body.appendChild(row); });
    every('.mx [data-sort]', function (button) {
      var head = button.parentNode;
      if (button.dataset.sort === (state.sort || '')) head.setAttribute('aria-sort', 'ascending');
      else head.removeAttribute('aria-sort');
    });
    every('#matrix-tools [data-filter]', function (button) {
      button.setAttribute('aria-pressed', String(button.dataset.filter === (state.filter || '')));
    });
    count.textContent = said(some.length, found.reduce(function (sum, cells) { return sum + cells; }, 0));
  }

  function change(key, value) { state[key] = value; show(); write(); }

  function restore() {
    var found = read();
    if (!found) return;
    state = found;
    find.value = state.find || '';
    workstream.value = state.workstream || '';
    show();
  }

  form.addEventListener('submit', function (event) { event.preventDefault(); });
  form.addEventListener('click', function (event) {
    var value = event.target.dataset.filter;
    if (value !== undefined) change('filter', value);
  });
  find.addEventListener('input', function () { change('find', find.value); });
  workstream.addEventListener('change', function () { change('workstream', workstream.value); });
  table.tHead.addEventListener('click', function (event) {
    var button = event.target.closest('[data-sort]');
    if (button) change('sort', button.dataset.sort);
  });
  window.addEventListener('hashchange', restore);
  if (location.hash) restore();
})();
