/**
 * A browser on a system without a language, as in many containers, calls its own "en-US@posix", which Intl refuses. Charts
 * format their numbers by it as soon as they are loaded, so it must be one that Intl knows.
 */
try {
  Intl.getCanonicalLocales(navigator.language); // no formatter: the first one takes a phone 40 ms
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}

export {};
