/**
 * zod carries its messages in some fifty languages, and whoever imports it whole gets them all. The
 * workbench speaks English, which zod does by itself.
 */
export const zodLocalesPlugin = {
  name: 'zod-locales',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};
