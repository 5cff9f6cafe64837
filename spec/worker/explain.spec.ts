import { describe, expect, it } from 'vitest';
import { BootError, ModeError } from '../../lib/base/errors.js';
import { explain, userFrames } from '../../lib/worker/explain.js';

describe('explain', () => {
  it('says what happened, where in the program, and what to do', () => {
    const error = new TypeError('boom');
    expect(explain(error, { what: 'Webserver crashed', advice: 'Mend it.' })).toMatch(
      /^Webserver crashed: TypeError: boom\n {4}at .*explain\.spec\.ts:\d+:\d+\)?\n(.*\n)* {2}→ Mend it\.$/,
    );
  });

  it('leaves out the frames of node and of this package', () => {
    const error = new Error('boom');
    error.stack = [
      'Error: boom',
      '    at Webserver.onStart (/app/web.ts:3:5)',
      `    at Lifecycle.begin (${new URL('../../lib/lifecycle/lifecycle.js', import.meta.url).pathname}:1:1)`,
      '    at Array.map (<anonymous>)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      '    at resolve (/app/node_modules/inversify/lib/index.js:1:1)',
    ].join('\n');
    expect(userFrames(error)).toEqual(['    at Webserver.onStart (/app/web.ts:3:5)']);
  });

  it('keeps the line that node shows for a syntax error', () => {
    const error = new SyntaxError('no such export');
    error.stack =
      'file:///app/web.js:1\nimport { x }\n         ^\nSyntaxError: no such export\n    at node:internal/x:1:1';
    expect(userFrames(error)).toEqual(['    file:///app/web.js:1', '    import { x }', '             ^']);
  });

  it('tells the causes, and says nothing twice', () => {
    const inner = new Error('disk full');
    const middle = new Error('cannot save', { cause: inner });
    const text = explain(new BootError('Store', ['App', 'Store'], middle));
    expect(text.match(/cannot save/g)).toHaveLength(1);
    expect(text.match(/caused by: disk full/g)).toHaveLength(1);
    expect(text).toMatch(/^Store could not be started \(App → Store\): cannot save\n/);
  });

  it('ends when causes go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(explain(error)).toContain('round');
  });

  it('knows what to do about a port in use', () => {
    const cause = Object.assign(new Error('listen EADDRINUSE: address already in use :::8000'), {
      code: 'EADDRINUSE',
      port: 8000,
    });
    expect(
      explain(new BootError('Webserver', ['App', 'Webserver'], cause))
        .split('\n')
        .at(-1),
    ).toBe('  → Port 8000 is taken: stop the process that listens there, or choose another port.');
  });

  it('takes the advice that our own errors bring', () => {
    const error = new ModeError('ERR_MODE_X', { message: 'It is wrong', remedy: 'Right it.' });
    expect(explain(error).split('\n')).toEqual(expect.arrayContaining(['It is wrong', '  → Right it.']));
  });

  it('can tell what is no error at all', () => {
    expect(explain('just text')).toBe('just text');
    expect(explain(undefined)).toBe('undefined');
  });
});
