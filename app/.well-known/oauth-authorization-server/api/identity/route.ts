import { publicDocument } from "@/lib/http/oauth/endpoint";
import { serverMetadata } from "@/lib/identity/metadata";

/** RFC 8414 §3.1: the well-known part goes between host and path of the issuer. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(serverMetadata);
