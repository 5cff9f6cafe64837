import { describe, expect, it } from 'vitest';
import { BootError, ModeError, StopError } from '../../lib/base/errors.js';
import { Explainer, explain, userFrames } from '../../lib/worker/explain.js';

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

  it('tells of a roll-back what was met on the way, without the advice in each of the errors', () => {
    const cause = new ModeError('ERR_MODE_START_TIMEOUT', { message: 'Db did not start within 1s', remedy: 'Let it.' });
    const stop = new StopError([{ service: 'Pool', error: 'no' }], [{ service: 'Db', waitingOn: ['onStart'] }]);
    expect(explain(new BootError('Db', ['App', 'Db'], cause, [stop, 'text'])).replaceAll(/\n {4}at .*/g, '')).toBe(
      [
        'Db could not be started (App → Db): Db did not start within 1s',
        '  on the way back: Pool: no',
        '  on the way back: Db was abandoned, waiting on onStart',
        '  on the way back: text',
        '  → Let it.',
      ].join('\n'),
    );
  });

  it('tells where each error of a stop happened', () => {
    const error = new StopError(
      [
        { service: 'App', error: new RangeError('first') },
        { service: 'Db', error: new Error('second') },
      ],
      [],
    );
    expect(explain(error)).toMatch(
      /^Not .* cleanly:\n {2}- App: RangeError: first\n( {4}at .*\n)+ {2}- Db: second\n( {4}at .*\n)+ {2}→ Mend .*\.$/,
    );
  });

  it('looks into an error that stands for several', () => {
    const refused = (address: string) =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}:5432`), { code: 'ECONNREFUSED', address, port: 5432 });
    // eslint-disable-next-line unicorn/error-message -- node gives it none either
    const error = new AggregateError([refused('::1'), refused('127.0.0.1')]);
    const lines = explain(new BootError('Db', ['Db'], error)).split('\n');
    expect(lines[0]).toBe(
      'Db could not be started (Db): connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    );
    expect(lines.at(-1)).toBe('  → Nothing listens at ::1:5432: start it first, or correct the address.');
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
    const error = new ModeError('ERR_MODE_OWNED', { message: 'It is wrong', remedy: 'Right it.' });
    expect(explain(error).split('\n')).toEqual(expect.arrayContaining(['It is wrong', '  → Right it.']));
  });

  it('can tell what is no error at all', () => {
    expect(explain('just text')).toBe('just text');
    expect(explain(undefined)).toBe('undefined');
  });
});

describe('an explainer', () => {
  it('says where an error happened once only', () => {
    const boom = new RangeError('boom', { cause: new Error('disk full') });
    const explainer = new Explainer();
    expect(explainer.explain(boom)).toMatch(/\n {4}at .*\n(.*\n)* {2}caused by: disk full\n {4}at /);
    expect(explainer.explain(boom, { what: 'Cache crashed' })).toBe('Cache crashed: RangeError: boom');
    expect(explainer.mention(boom)).toBe('RangeError: boom');
  });
});
