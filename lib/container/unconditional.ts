/** Whether a binding is for everybody: the condition that inversify gives to what was bound without any. */
import type { Binding } from '@inversifyjs/core';
import { Plugin, type PluginApi } from '@inversifyjs/plugin';
import * as inversify from 'inversify';

let always: Binding['isSatisfiedBy'] | undefined;

export function isUnconditional(binding: Binding): boolean {
  return binding.isSatisfiedBy === (always ??= conditionOfNone());
}

/** Inversify does not export it, so it is taken from a binding. */
function conditionOfNone(): Binding['isSatisfiedBy'] | undefined {
  const container = new inversify.Container();
  const token = Symbol('unconditional');
  container.bind(token).toConstantValue(undefined);
  let condition: Binding['isSatisfiedBy'] | undefined;
  container.register(
    class extends Plugin<inversify.Container> {
      load(_api: PluginApi): void {
        for (const { isSatisfiedBy } of this._context.bindingService.get(token) ?? []) condition = isSatisfiedBy;
      }
    },
  );
  return condition;
}
