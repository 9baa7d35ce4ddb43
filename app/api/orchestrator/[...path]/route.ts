import { noSuchResource, robotResource } from "@/lib/http/robots/endpoint";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: noSuchResource,
  POST: noSuchResource,
  PUT: noSuchResource,
  PATCH: noSuchResource,
  DELETE: noSuchResource,
  OPTIONS: noSuchResource,
});
