// @ts-check
/* The residents' pages: a code in fours while it is typed. Everything works without this file. */
import { all } from './page.js';

for (const field of /** @type {HTMLInputElement[]} */ (all('input[data-fours]'))) {
  field.addEventListener('input', () => {
    const atEnd = field.selectionStart === field.value.length;
    if (atEnd) field.value = field.value.replace(/\D/g, '').slice(0, 16).replace(/(\d{4})(?=\d)/g, '$1 ');
  });
}

if (document.querySelector('[data-code]')) sessionStorage.removeItem('q-report');

for (const back of all('a[data-back]')) {
  back.addEventListener('click', (event) => {
    const step = new CustomEvent('q:back', { cancelable: true });
    if (!document.dispatchEvent(step)) event.preventDefault();
  });
}
