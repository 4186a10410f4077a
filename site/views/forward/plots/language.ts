/**
 * Import this before uPlot, which passes `navigator.language` to Intl while it loads. Chromium on a system without a
 * language (LANG=C) says "en-US@posix", which Intl refuses, so the view would not start. English takes its place.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
