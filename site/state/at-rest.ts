/** Runs it while the page is idle, but no later than so many milliseconds from now. Safari has no idle callbacks: there soon. */
export function atRest(then: () => void, timeout: number): void {
  if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout });
  else setTimeout(then, Math.min(timeout, 300));
}
