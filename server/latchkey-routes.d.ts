/** The route handlers that are mounted in front of Next.js; written by the build from the folders of `app/` (tools/routes.mjs). */
declare module "latchkey:routes" {
  export const routes: readonly import("@/server/http/route-table").Route[];
}
