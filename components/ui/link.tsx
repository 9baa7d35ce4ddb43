"use client";

import NextLink from "next/link";
import { useRouter } from "next/navigation";
import type { ComponentProps } from "react";

type LinkProps = Omit<ComponentProps<typeof NextLink>, "href" | "prefetch"> & {
  href: string;
  /** False where nothing of the page could be shown before all of it is there. */
  prefetch?: false;
};

/**
 * A link to a page of ours. What can be shown at once of that page is fetched when somebody points at the link, by pointer, finger or
 * keyboard. Next.js would fetch it for every link in view, and for all of them again whenever the page is refreshed.
 */
export function Link({ prefetch, onPointerEnter, onFocus, ...props }: LinkProps) {
  const router = useRouter();
  const expect = () => prefetch !== false && router.prefetch(props.href);
  return (
    <NextLink
      {...props}
      prefetch={false}
      onPointerEnter={(event) => {
        onPointerEnter?.(event);
        expect();
      }}
      onFocus={(event) => {
        onFocus?.(event);
        expect();
      }}
    />
  );
}
