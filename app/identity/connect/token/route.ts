/** The address that robots of this field are configured with. */
export * from "@/app/api/identity/connect/token/route";
