import { publicDocument } from "@/lib/http/oauth/endpoint";
import { resourceMetadata } from "@/lib/identity/resource-metadata";

/** RFC 9728 §3.1: the well-known part goes between host and path of the resource. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(() =>
  resourceMetadata("orchestrator"),
);
