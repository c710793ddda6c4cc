/* How many working days of Wales each thing has waited, on the day of reading: the page itself does
   not change from day to day. Without JavaScript the dates say it. */
(function () {
  'use strict';
  var place = document.getElementById('waiting');
  if (!place) return;
  var free = place.dataset.holidays.split(' '), now = new Date();
  var today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()), DAY = 86400000;

  function isWorking(moment) {
    var day = new Date(moment), weekday = day.getUTCDay();
    return weekday > 0 && weekday < 6 && free.indexOf(day.toISOString().slice(0, 10)) < 0;
  }

  function passed(since) {
    var count = 0;
    for (var moment = Date.parse(since) + DAY; moment <= today; moment += DAY) count += isWorking(moment);
    return count;
  }

  [].forEach.call(place.querySelectorAll('[data-since]'), function (cell) {
    var said = document.createElement('span');
    said.className = 'passed';
    said.textContent = place.dataset.passed.replace('%', passed(cell.dataset.since));
    cell.appendChild(said);
  });
})();
