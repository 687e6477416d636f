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
    row.querySelector('textarea, input, select').focus();
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

  // What is dropped comes to what was chosen before, where there may be several.
  function take(input, dropped) {
    var all = new DataTransfer();
    if (input.multiple) { Array.prototype.forEach.call(input.files, function (f) { all.items.add(f); }); }
    Array.prototype.slice.call(dropped, 0, input.multiple ? dropped.length : 1).forEach(function (f) { all.items.add(f); });
    input.files = all.files;
    showChosen(input);
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
      if (kind === 'drop' && e.dataTransfer.files.length) { take(zone.querySelector('input[type=file]'), e.dataTransfer.files); }
    });
  });

  // What is too large is not sent at all.
  document.addEventListener('submit', function (e) {
    var most = Number(e.target.getAttribute('data-most')), sum = 0;
    e.target.querySelectorAll('input[type=file]').forEach(function (input) {
      Array.prototype.forEach.call(input.files, function (f) { sum += f.size; });
    });
    if (!most || sum < most) { return; }
    e.preventDefault();
    e.stopPropagation();
    tell(e.target, 0, e.target.getAttribute('data-too-large'));
  }, true);

  // A form is sent once. One with files is sent by htmx, which tells how far it is.
  document.addEventListener('submit', function (e) {
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    if (!e.defaultPrevented && !e.target.hasAttribute('hx-boost')) { e.target.dataset.sent = 'yes'; }
  });
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(function (f) { delete f.dataset.sent; });
  });
  function tell(form, percent, words) {
    var progress = form.querySelector && form.querySelector('.upload-progress');
    if (!progress) { return; }
    progress.hidden = false;
    progress.querySelector('progress').value = percent;
    progress.querySelector('output').textContent = words;
  }
  document.addEventListener('htmx:xhr:progress', function (e) {
    if (!e.detail.lengthComputable || !e.target.matches('[data-upload]') || e.target.dataset.whole) { return; }
    var percent = Math.floor(100 * e.detail.loaded / e.detail.total);
    if (percent === 100) { e.target.dataset.whole = 'yes'; }
    tell(e.target, percent, percent === 100 ? e.target.getAttribute('data-keeping') : percent + '%');
  });
  document.addEventListener('htmx:sendError', function (e) {
    delete e.target.dataset.whole;
    tell(e.target, 0, e.target.getAttribute('data-broken') || '');
  });
})();
