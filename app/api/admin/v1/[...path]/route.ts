import { adminApi } from "@/lib/http/admin/endpoint";
import { IMPLEMENTED } from "@/lib/http/admin/operations";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = adminApi(IMPLEMENTED);
