/** The program of a thread: a container boots the service, answers for it to the outside, and stops it when told to. */
import type { ServiceIdentifier } from 'inversify';
import { ModeError, type StopError } from '../../base/errors.js';
import type { LifecycleEvent, ServiceState } from '../../base/events.js';
import { Container } from '../../container/container.js';
import { declareService, definitionOf } from '../../declare/definition.js';
import type { TreeNode } from '../../lifecycle/beacon.js';
import { lifecycleOf, type Lifecycle } from '../../lifecycle/lifecycle.js';
import { pack, unpack } from '../crossing.js';
import type { ThreadStart, ToThread } from '../protocol.js';
import { CallQueue, type CallQueueHost } from './call-queue.js';
import { classIn, loadModule, setupIn } from './load.js';
import { Outside } from './outside.js';
import { withArgs } from './with-args.js';

export class ThreadProgram implements CallQueueHost {
  readonly outside: Outside;
  readonly #container: Container;
  readonly #queue: CallQueue;
  readonly #errors: unknown[] = [];
  #root: ServiceIdentifier | undefined;
  #lifecycle: Lifecycle | undefined;
  #leaving = false;

  constructor(private readonly start: ThreadStart) {
    this.outside = new Outside(start.port);
    this.#container = new Container();
    this.#container.attach(branch(start.tree), this.outside.logger);
    this.#queue = new CallQueue(this, start.concurrency);
  }

  get label(): string {
    return this.start.label;
  }

  get lifecycle(): Lifecycle {
    // a restart inside may have made the service anew
    if (this.#root !== undefined) this.#lifecycle = lifecycleOf(this.#container.get(this.#root) as object);
    return this.#lifecycle as Lifecycle;
  }

  async run(): Promise<void> {
    this.outside.on((message) => {
      this.#heard(message);
    });
    process.on('uncaughtException', (error) => {
      this.#crashed(error);
    });
    // as it is: node would make an error of its own of what is none
    process.on('unhandledRejection', (reason) => {
      // a program with its own listener has decided what they mean to it
      if (process.listenerCount('unhandledRejection') === 1) this.#crashed(reason);
    });
    this.#container.on((event) => {
      this.#follow(event);
    });
    try {
      const root = await this.#prepare();
      this.outside.post({ type: 'booting' });
      this.#lifecycle = lifecycleOf((await this.#container.boot(root)) as object);
      this.#root = root;
      if (!this.#leaving) this.outside.post({ type: 'running' });
    } catch (error) {
      if (this.#leaving) return;
      this.#leaving = true;
      await this.outside.leave({ type: 'failed', error: pack(originOf(error)) });
    }
  }

  async #prepare(): Promise<ServiceIdentifier> {
    const { start } = this;
    const exports = await loadModule(start);
    const cls = classIn(exports, start);
    const setup = setupIn(exports, start);
    await setup?.(this.#container);
    if (start.args.length > 0) this.#container.bind(cls).to(withArgs(cls, start.args) as new () => unknown);
    else if (!definitionOf(cls).declared) declareService(cls);
    return cls;
  }

  #heard(message: ToThread): void {
    switch (message.type) {
      case 'call':
        this.#queue.push(message);
        break;
      case 'abort':
        this.#queue.abort(message.id, unpack(message.reason));
        break;
      case 'stop':
        void this.#leave();
        break;
      case 'ping':
        this.outside.post({ type: 'pong' });
        break;
    }
  }

  #follow(event: LifecycleEvent): void {
    this.outside.tell(event);
    if (event.type === 'container' && event.to === 'stopping' && this.#root !== undefined) {
      // by a crash that nobody answers for, or by somebody who stopped the container from inside
      if (!('error' in event)) this.#leaveByItself();
      else this.#crashed(event.error);
    }
    if (event.type === 'service' && event.id === this.#lifecycle?.id) this.#followService(event.to);
  }

  #followService(state: ServiceState): void {
    if (state === 'running') {
      queueMicrotask(() => {
        this.#queue.proceed();
      });
    } else if (state === 'stopped') {
      // somebody inside stopped it, unless this is the first half of a restart
      setImmediate(() => {
        if (this.lifecycle.state === 'stopped') this.#leaveByItself();
      });
    }
  }

  #crashed(error: unknown): void {
    this.outside.post({ type: 'crashed', error: pack(error) });
    void this.#leave();
  }

  #leaveByItself(): void {
    if (this.#leaving) return;
    this.outside.post({ type: 'leaving' });
    void this.#leave();
  }

  /** Stops everything in order, and ends the thread. */
  async #leave(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    const answered = this.#queue.close();
    try {
      // also lets what told us of it finish first
      await answered;
      await this.#container.stop();
    } catch (error) {
      this.#errors.push(...failuresOf(error));
    }
    await this.outside.leave({ type: 'stopped', errors: pack(this.#errors) });
  }
}

/** What a service could not start for, without the path to it: outside, it starts by itself. */
function originOf(error: unknown): unknown {
  return ModeError.is(error) && error.code === 'ERR_MODE_BOOT' ? error.cause : error;
}

/** What a stop met, as the stop of a service says it: by itself if that is all. */
function failuresOf(error: unknown): unknown[] {
  if (!ModeError.is(error) || error.code !== 'ERR_MODE_STOP') return [error];
  const { errors, abandoned } = error as StopError;
  return abandoned.length === 0 && errors.length === 1 ? errors.map((one) => one.error) : [error];
}

/** The line of the tree above the service. */
function branch(names: readonly string[]): TreeNode {
  let node: TreeNode | undefined;
  for (const name of names) node = { name, treeParent: node, treeChildren: [], target: undefined };
  return node as TreeNode;
}
