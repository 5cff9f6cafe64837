import type { InstanceBinding } from '@inversifyjs/core';
import type { Definition } from '../declare/definition.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import type { Owner } from '../lifecycle/hooks.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import { Node, type Source } from '../plan/node.js';
import type { Boot } from './boot.js';
import type { Engine } from './engine.js';
import type { Latch } from './latch.js';

/** A time that has not come. */
export const NEVER = -1;

/** A node of the graph with what the engine keeps about it while it runs. */
export class Unit extends Node implements Owner, TreeNode {
  declare dependencies: Unit[];
  declare dependents: Unit[];

  /** Whether its engine has it among its units. */
  enlisted = false;
  /** Somebody wants it to run. */
  wanted = false;
  /** How many restarts keep it down at the moment. */
  held = 0;
  /** From the begin of its start to the end of its stop. */
  active = false;
  /** What depends on it can run: it can be used, or the program goes on without it. */
  up = false;
  /** How many of its dependencies are not up. */
  missing = 0;
  /** How many of its dependents are active. */
  users = 0;
  /** The instance of a service or injectable, the value of a resource. */
  value: unknown = undefined;
  lifecycle: Lifecycle | undefined = undefined;
  latches: Latch[] | undefined;
  /** The boot that waits for it. */
  boot: Boot | undefined = undefined;
  /** The bindings by hand that stand for it. */
  bindings: InstanceBinding<unknown>[] | undefined;

  /** Counts what was made in a container: a value that is older than what it was made from must be made again. */
  made = 0;
  starts = 0;
  /** In whole microseconds on the clock's `now()`; a number with a fraction would take an object of its own. */
  startedAt = NEVER;
  runningAt = NEVER;

  constructor(
    readonly engine: Engine,
    source: Source,
    definition: Definition | undefined,
  ) {
    super(source, definition);
  }

  get id(): string {
    return this.engine.host.idOf(this);
  }

  belongsTo(scope: object): boolean {
    return this.engine.host === scope;
  }

  /** Whether the engine is to start it, or to keep it running. */
  get due(): boolean {
    return this.wanted && this.held === 0;
  }

  /** Whether the program can do without it. */
  get optional(): boolean {
    return this.definition?.optional === true;
  }

  /** Whether the program goes on without it, while it is down or tried again. */
  get absent(): boolean {
    return this.up && !(this.active && this.reached);
  }

  /** What it ended with, or did not start for, if it was an error. */
  get failure(): { readonly error: unknown } | undefined {
    return this.engine.faultOf(this) ?? this.lifecycle?.run?.failure;
  }

  /** @throws what it has failed with, if the program goes on without it */
  mustRun(): void {
    if (this.absent && this.failure !== undefined) throw this.failure.error;
  }

  /** Whether it was up since it was last started. */
  get reached(): boolean {
    return this.runningAt !== NEVER;
  }

  /** How long its last start took, in milliseconds. */
  get ownMs(): number | undefined {
    return this.reached ? (this.runningAt - this.startedAt) / 1000 : undefined;
  }

  get restarts(): number {
    return Math.max(0, this.starts - 1);
  }

  // as the owner of its lifecycle

  cameUp(): void {
    this.engine.cameUp(this);
  }

  failing(_lifecycle: Lifecycle, error: unknown): void {
    this.engine.failing(this, error);
  }

  crashed(_lifecycle: Lifecycle, error: unknown): void {
    this.engine.crashed(this, error);
  }

  down(): void {
    this.engine.wentDown(this);
  }

  startOwned(): Promise<void> {
    return this.engine.host.bootUnit(this);
  }

  stopOwned(): Promise<void> {
    return this.engine.stopUnit(this);
  }

  restartOwned(): Promise<void> {
    return this.engine.restartUnit(this);
  }

  // as a node of the tree

  get treeNode(): TreeNode {
    return this;
  }

  get depth(): number {
    let depth = this.engine.tree.placeOf(this).distance;
    for (let above = this.engine.tree.trunk; above !== undefined; above = above.treeParent) depth += 1;
    return depth;
  }

  get target(): unknown {
    return this.value;
  }

  get treeParent(): TreeNode | undefined {
    return this.engine.tree.placeOf(this).below ?? this.engine.tree.trunk;
  }

  get treeChildren(): readonly TreeNode[] {
    const children: TreeNode[] = this.dependencies.filter((unit) => this.engine.tree.placeOf(unit).below === this);
    return this.lifecycle === undefined ? children : [...children, ...this.lifecycle.treeChildren];
  }
}
