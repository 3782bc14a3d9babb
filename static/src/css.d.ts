/** esbuild gathers style sheets from their imports. */
declare module "*.css";
