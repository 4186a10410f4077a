/**
 * To be imported before uPlot, which hands `navigator.language` to Intl while it is loaded. Chromium on a system without a
 * language (LANG=C) says "en-US@posix" there, which Intl refuses: the view would not start. Then it is English.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
