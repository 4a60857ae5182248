// Stryker's runner for Mocha, which looks for parts of Mocha 12 without their new extension
// (https://github.com/stryker-mutator/stryker-js/pull/6205): once that is released, stryker.config.json can name the runner itself.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    next(/\/mocha\/lib\/cli\/[\w-]+$/.test(specifier) ? `${specifier}.cjs` : specifier, context),
});

export const { strykerPlugins, strykerValidationSchema } = await import('@stryker-mutator/mocha-runner');
