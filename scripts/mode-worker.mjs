// `npm run mode-worker`: the binary, with one difference. npm passes a signal on to its child even when the terminal has
// already sent it to both, so that one Ctrl-C would count as two and cut the shutdown short. Here it counts once.
const ECHO_MS = 100;
const last = new Map();
const emit = process.emit.bind(process);

process.emit = (event, ...rest) => {
  if (event === 'SIGINT' || event === 'SIGTERM') {
    const now = performance.now();
    const echo = now - (last.get(event) ?? -Infinity) < ECHO_MS;
    last.set(event, now);
    if (echo) return true;
  }
  return emit(event, ...rest);
};

await import('../dist/worker/main.js');
