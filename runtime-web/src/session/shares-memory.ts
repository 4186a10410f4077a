/** Whether threads can share memory on this page. WebKit may lack such memory although the page is cross-origin isolated. */
export const sharesMemory = (): boolean =>
  globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function';
