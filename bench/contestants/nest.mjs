import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { classesOf, decorateWithTypes } from '../classes.mjs';

/** One module with every service as a provider; nest orders the hooks inside a module by level. */
export const claims = { start: true, stop: true };

export function contestant(graph, hooks) {
  const make = (name, i) =>
    ({
      [name]: class {
        constructor(...deps) {
          this.deps = deps;
        }
        async onModuleInit() {
          return hooks.start(i);
        }
        async onModuleDestroy() {
          return hooks.stop(i);
        }
      },
    })[name];
  const all = classesOf(graph, make);
  class AppModule {}
  let app;
  return {
    declare: () => decorateWithTypes(all, Injectable()),
    register: () => Module({ providers: all.classes })(AppModule),
    async start() {
      app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    },
    stop: () => app.close(),
  };
}
