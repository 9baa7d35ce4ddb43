"use client";

import { Failure, type FailureProps } from "@/components/shell/failure";

export default function TenantError(props: FailureProps) {
  return <Failure {...props} />;
}
