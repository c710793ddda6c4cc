/* Draws the charts of a page, those in view first, reads their points by key, fits them to
   the window and to paper. Figures are JSON in the page; nothing is fetched but plotly, from the
   folder this file stands in. Not here: filters, sorting and everything that is not a chart. */
(function () {
  'use strict';
  var QUIET = { displayModeBar: false, displaylogo: false, showSendToCloud: false, responsive: false,
    doubleClick: false, showTips: false };
  var NARROW = 620, TIGHT = 520, TIGHT_MARK = 0.78;
  /* Widths on A4 are known; while printing begins, clientWidth is still that of the screen. */
  var PAPER = { small: 214, medium: 336, large: 700 };
  /* A little lower than on the screen, so that more charts stand on a sheet and labels still part. */
  var PAPER_HEIGHT = { small: 168, medium: 244, large: 370 };
  var here = document.currentScript && document.currentScript.src || '';
  var folder = here.slice(0, here.lastIndexOf('/') + 1);
  var plots = [].slice.call(document.querySelectorAll('.plot[data-figure]'));
  var onPaper = false, plotly, shared;
  /* Those to draw, or to draw anew; in reading order. */
  var left = plots, resting = false;

  /* Plotly looks for a base element at each chart, through the whole page where there is none. This one
     is soon found and, without an address, changes nothing. */
  function baseAtHand() {
    if (document.querySelector('base')) return;
    document.head.prepend(document.createElement('base'));
    document.head.firstChild.target = '_self';
  }

  /* It also looks there for the ids of other charts, as its new ones must not equal them. They are at
     hand, and so are those of charts that are not in the page yet. */
  var taken = [];

  function idsAtHand(make) {
    document.querySelectorAll = function (what) {
      return what === 'defs' ? taken : Document.prototype.querySelectorAll.call(document, what);
    };
    try { return make(); } finally { delete document.querySelectorAll; }
  }

  /* A page that was made one file has the library packed; its policy names the script's hash. */
  function unpackedLibrary(packed) {
    var bytes = Uint8Array.from(atob(packed.textContent), function (byte) { return byte.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).text().then(function (text) {
      var script = document.createElement('script');
      script.textContent = text;
      document.head.appendChild(script);
      return window.Plotly;
    });
  }

  function library() {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    var packed = document.getElementById('packed-library');
    if (packed) return plotly = plotly || unpackedLibrary(packed);
    plotly = plotly || new Promise(function (done, failed) {
      var script = document.createElement('script');
      script.src = folder + 'plotly-basic.min.js';
      script.onload = function () { done(window.Plotly); };
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return plotly;
  }

  function copy(value) { return JSON.parse(JSON.stringify(value)); }

  function set(object, path, value) {
    var names = path.split('.'), last = names.pop();
    names.forEach(function (name) { object = object[name] = object[name] || {}; });
    object[last] = value;
  }

  /* What the observer measured is at hand; to measure again lays out the whole page for each chart. */
  function widthOf(plot) { return onPaper ? PAPER[plot.dataset.size] : plot.seenWidth || plot.clientWidth; }

  function layoutOf(plot, figure, width) {
    var layout = copy(figure.layout);
    if (figure.narrow && width < NARROW) {
      Object.keys(figure.narrow).forEach(function (path) { set(layout, path, figure.narrow[path]); });
    }
    if (figure.own && plot.dataset.scale === 'own') {
      Object.keys(figure.own).forEach(function (part) { layout[part] = copy(figure.own[part]); });
    }
    layout.shapes = figure.data.filter(isBehind).map(shapeOf).concat(layout.shapes);
    layout.width = width;
    if (onPaper) layout.height = PAPER_HEIGHT[plot.dataset.size];
    return layout;
  }

  /* What stands still behind the points is a shape to plotly, which takes it less time than a trace. */
  var BEHIND = ['band', 'limits', 'centre', 'target'];

  function isBehind(trace) { return BEHIND.indexOf(trace.name) >= 0; }

  function pathOf(trace) {
    var path = '', before = null;
    trace.x.forEach(function (x, place) {
      var y = trace.y[place];
      if (y === null) { before = null; return; }
      if (before === null) path += (path && trace.fill ? 'Z' : '') + 'M' + x + ',' + y;
      else if (trace.line.shape === 'hvh') path += 'H' + (before + x) / 2 + 'V' + y + 'H' + x;
      else path += 'L' + x + ',' + y;
      before = x;
    });
    return trace.fill ? path + 'Z' : path;
  }

  function shapeOf(trace) {
    return { type: 'path', layer: 'between', path: pathOf(trace), fillcolor: trace.fillcolor,
      line: { color: trace.line.color, width: trace.line.width, dash: trace.line.dash } };
  }

  /* A line without a break of its own is that of the points. */
  function joined(data) {
    var last = data.length - 1, points = data[last], line = last && data[last - 1];
    if (!line || line.name !== 'line' || line.y !== points.y) return data;
    var both = Object.assign({}, points, { mode: 'lines+markers', line: line.line });
    return data.slice(0, last - 1).concat(both);
  }

  function dataOf(figure, width) {
    var data = joined(figure.data.filter(function (trace) { return !isBehind(trace); }));
    if (!figure.narrow || width >= TIGHT) return data;
    data = copy(data);
    var marker = data[data.length - 1].marker;
    marker.size = marker.size.map(function (size) { return size * TIGHT_MARK; });
    return data;
  }

  function safe(text) { return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'); }

  /* What a point says is its row of the data table below the chart, newest first there. */
  function textsOf(plot, points) {
    var table = plot.closest('.fig').querySelector('table.data'), rows = table.tBodies[0].rows;
    var heads = [].map.call(table.tHead.rows[0].cells, function (cell) { return cell.textContent; });
    /* A note that all rows share stands in the first of them. */
    var first = rows[0].cells, shared = first[first.length - 1].rowSpan > 1 ? [first[first.length - 1]] : [];
    return points.x.map(function (at) {
      var own = [].slice.call(rows[rows.length - 1 - at].cells);
      var cells = own.concat(own.length < heads.length ? shared : []).map(function (cell) { return safe(cell.textContent); });
      var rest = cells.slice(2).map(function (text, i) { return text && safe(heads[i + 2]) + ': ' + text; });
      return ['<b>' + cells[0] + ': ' + cells[1] + '</b>'].concat(rest.filter(Boolean)).join('<br>');
    });
  }

  function isObject(value) { return value && typeof value === 'object' && !Array.isArray(value); }

  /* The way back from reports/figures/packing.py, which says how figures are written small. */
  function more(common, given) {
    if (!isObject(given) || !isObject(common)) return given;
    var found = copy(common);
    Object.keys(given).forEach(function (key) {
      if (given[key] === null) delete found[key];
      else found[key] = more(common[key], given[key]);
    });
    return found;
  }

  function long(values) {
    return [].concat.apply([], values.map(function (value) {
      if (!Array.isArray(value)) return [value];
      var run = [], first = value[0], step = value[2];
      for (var place = 0; place < value[1]; place++) run.push(step ? first + place * step : first);
      return run;
    }));
  }

  function lengthen(object) {
    Object.keys(object).forEach(function (key) {
      if (isObject(object[key])) lengthen(object[key]);
      else if (Array.isArray(object[key]) && key !== 'y') object[key] = long(object[key]);
    });
  }

  function json(id) { return JSON.parse(document.getElementById(id).textContent); }

  function unpacked(figure, size) {
    shared = shared || json('figures-shared');
    var common = shared[size], points = figure.data[figure.data.length - 1];
    function labelled(part) {
      if (part.annotations) part.annotations = part.annotations.map(function (one) { return more(common.label, one); });
    }
    figure.data = figure.data.map(function (trace) {
      if (!trace.y) { trace.x = copy(points.x); trace.y = points.y; }
      return more(common.traces[trace.name], trace);
    });
    figure.data.forEach(lengthen);
    figure.layout = more(common.layout, figure.layout);
    if (figure.own) figure.own.yaxis = more(common.layout.yaxis, figure.own.yaxis);
    [figure.layout, figure.narrow, figure.own].filter(Boolean).forEach(labelled);
    return figure;
  }

  function figureOf(plot) {
    if (!plot.figure) {
      var figure = unpacked(json(plot.dataset.figure), plot.dataset.size);
      var points = figure.data[figure.data.length - 1];
      points.text = textsOf(plot, points);
      plot.figure = figure;
    }
    return plot.figure;
  }

  /* Drawn before this returns where plotly is there already: paper does not wait for promises.
     Plotly measures the element that it draws into. In the page that lays the page out anew for each
     chart, over a quarter of its time; so charts are drawn outside of it and put in together. */
  function draw(some) {
    /* Until it is there, charts may be seen twice. */
    if (!window.Plotly) { library().then(function () { draw(some.filter(isLeft)); }); return; }
    baseAtHand();
    left = left.filter(function (plot) { return some.indexOf(plot) < 0; });
    var pictures = idsAtHand(function () { return some.map(pictureOrNothing); });
    some.forEach(function (plot, place) { if (pictures[place]) putIn(plot, pictures[place]); });
    drawTheRest();
  }

  function isLeft(plot) { return left.indexOf(plot) >= 0; }

  /* A chart that fails is told on the console and takes no other with it; its words and table are there. */
  function pictureOrNothing(plot) {
    try { return picture(plot); } catch (error) { setTimeout(function () { throw error; }); }
  }

  /* Charts in view come first. The others are drawn one by one while nothing else is to do, so that they
     are there when a reader scrolls to them. One without a width is hidden, and one may have been taken
     out of the page. */
  function drawTheRest() {
    if (resting || onPaper || location.hash === '#print' || !left.length) return;
    if (!window.Plotly || !window.requestIdleCallback) return;
    resting = true;
    window.requestIdleCallback(function () {
      resting = false;
      var next = left.filter(function (plot) { return plot.seenWidth && plot.isConnected; }).slice(0, 1);
      if (next.length && !onPaper) draw(next);
    });
  }

  function picture(plot) {
    var figure = figureOf(plot), width = widthOf(plot), made = document.createElement('div');
    window.Plotly.newPlot(made, dataOf(figure, width), layoutOf(plot, figure, width), QUIET);
    made.taken = { id: made.querySelector('defs').id };
    taken.push(made.taken);
    return made;
  }

  function putIn(plot, made) {
    if (plot.picture) {
      window.Plotly.purge(plot.picture);
      taken = taken.filter(function (one) { return one !== plot.picture.taken; });
    } else readByKey(plot);
    plot.picture = made;
    plot.replaceChildren(made);
    plot.classList.add('is-drawn');
  }

  /* Left, right, Home and End walk through the points; the status line says each aloud. */
  function readByKey(plot) {
    var texts = plot.figure.data[plot.figure.data.length - 1].text, count = texts.length, at = count;
    var status = plot.parentNode.querySelector('.plot-status');
    plot.addEventListener('keydown', function (event) {
      var step = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      at = Math.max(0, Math.min(count - 1, at + step));
      window.Plotly.Fx.hover(plot.picture, [{ curveNumber: plot.picture.data.length - 1, pointNumber: at }]);
      status.textContent = texts[at].replace(/<br>/g, '. ').replace(/<[^>]+>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
    });
    plot.addEventListener('blur', function () { window.Plotly.Fx.unhover(plot.picture); });
  }

  var watch = window.IntersectionObserver && new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { entry.target.seenWidth = Math.floor(entry.boundingClientRect.width); });
    var inView = entries.filter(function (entry) { return entry.isIntersecting; });
    var seen = inView.map(function (entry) { return entry.target; });
    seen = seen.filter(isLeft);
    if (seen.length) draw(seen); else drawTheRest();
  }, { rootMargin: '400px' });

  /* An observer that begins anew tells of each chart whether it is in view, and how wide it is. */
  function drawWhenSeen(some) {
    if (!watch) { draw(some); return; }
    left = plots.filter(function (plot) { return some.indexOf(plot) >= 0 || isLeft(plot); });
    some.forEach(function (plot) {
      /* Until the observer tells the new one: an idle moment before that would draw the old. */
      plot.seenWidth = 0;
      watch.unobserve(plot);
      watch.observe(plot);
    });
  }

  function chooseScale(event) {
    var scale = event.target.dataset.scale, group = event.currentTarget;
    if (!scale) return;
    [].forEach.call(group.querySelectorAll('button'), function (button) {
      button.setAttribute('aria-pressed', String(button === event.target));
    });
    var section = group.closest('section');
    var small = plots.filter(function (plot) { return plot.dataset.size === 'small' && section.contains(plot); });
    small.forEach(function (plot) { plot.dataset.scale = scale; });
    drawWhenSeen(small);
  }

  /* A telephone also tells of another size when its bar with the address comes or goes. */
  function isOfAnotherWidth(plot) {
    return !plot.picture || plot.picture.layout.width !== Math.floor(plot.getBoundingClientRect().width);
  }

  var waiting;
  window.addEventListener('resize', function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { drawWhenSeen(plots.filter(isOfAnotherWidth)); }, 120);
  });
  /* Paper cannot unfold anything: it has the definitions open, and what the reader has opened. */
  function definitions(areOpen) {
    [].forEach.call(document.querySelectorAll('details.definition'), function (one) {
      if (areOpen) one.wasOpen = one.open;
      one.open = areOpen || one.wasOpen;
    });
  }
  window.addEventListener('beforeprint', function () { onPaper = true; definitions(true); draw(plots); });
  window.addEventListener('afterprint', function () { onPaper = false; definitions(false); drawWhenSeen(plots); });
  [].forEach.call(document.querySelectorAll('.scale-choice'), function (group) {
    group.addEventListener('click', chooseScale);
  });
  /* Whoever prints has the library already. `safecare publish --pdf` prints a page as soon as it is
     loaded, and asks with #print that its load waits for the library; readers need not wait. */
  if (plots.length && location.hash === '#print') library();
  else if (plots.length) window.addEventListener('load', function () { library().then(drawTheRest); });
  drawWhenSeen(plots);
})();
