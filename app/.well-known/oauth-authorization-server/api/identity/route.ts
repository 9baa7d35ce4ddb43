/** RFC 8414 §3.1: the well-known part goes between host and path of the issuer. */
export * from "@/app/api/identity/.well-known/openid-configuration/route";
