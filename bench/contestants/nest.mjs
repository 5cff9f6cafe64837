import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { annotatedClasses } from '../annotated.mjs';

/** One module with every service as a provider; nest orders the hooks inside a module by level. */
export const claims = { start: true, stop: true };

export function declare(graph, hooks) {
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
  const classes = annotatedClasses(graph, make, Injectable());
  class AppModule {}
  let app;
  return {
    register: () => Module({ providers: classes })(AppModule),
    async start() {
      app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    },
    stop: () => app.close(),
  };
}
