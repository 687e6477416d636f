// What makes the pages handier. Everything works without it.
(function () {
  'use strict';
  document.documentElement.className += ' js';

  // One more row in the table of measures: the last one again, empty.
  function addMeasure(button) {
    var table = button.parentNode.querySelector('[data-measures]');
    var row = table.lastElementChild.cloneNode(true);
    row.querySelector('.measure-n').textContent = table.children.length + 1;
    row.querySelectorAll('input, textarea').forEach(function (x) { x.value = ''; });
    row.querySelectorAll('select').forEach(function (x) { x.selectedIndex = 0; });
    table.appendChild(row);
    row.querySelector('textarea').focus();
  }

  // The names of the files that were chosen or dropped.
  function showChosen(input) {
    var list = input.parentNode.querySelector('[data-chosen]');
    list.textContent = '';
    Array.prototype.forEach.call(input.files, function (f) {
      var item = document.createElement('li');
      item.textContent = f.name + '  ' + (f.size / 1048576).toFixed(1) + ' MB';
      list.appendChild(item);
    });
  }

  document.addEventListener('click', function (e) {
    var button = e.target.closest ? e.target.closest('[data-add-measure]') : null;
    if (button) { addMeasure(button); }
  });
  document.addEventListener('change', function (e) {
    if (e.target.type === 'file' && e.target.closest('[data-drop]')) { showChosen(e.target); }
  });
  ['dragover', 'dragleave', 'drop'].forEach(function (kind) {
    document.addEventListener(kind, function (e) {
      var zone = e.target.closest ? e.target.closest('[data-drop]') : null;
      if (!zone) { return; }
      e.preventDefault();
      zone.classList.toggle('over', kind === 'dragover');
      if (kind === 'drop' && e.dataTransfer.files.length) {
        var input = zone.querySelector('input[type=file]');
        input.files = e.dataTransfer.files;
        showChosen(input);
      }
    });
  });

  // A form is sent once; one with files shows how far it is.
  document.addEventListener('submit', function (e) {
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    if (!e.defaultPrevented && !e.target.hasAttribute('data-upload')) { e.target.dataset.sent = 'yes'; }
  });
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(function (f) { delete f.dataset.sent; });
  });
  document.addEventListener('htmx:xhr:progress', function (e) {
    var bar = e.target.querySelector ? e.target.querySelector('.upload-progress') : null;
    if (bar && e.detail.lengthComputable) {
      bar.hidden = false;
      bar.value = 100 * e.detail.loaded / e.detail.total;
    }
  });
})();
