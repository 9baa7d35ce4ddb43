"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { Check, type LucideIcon } from "lucide-react";
import { type ComponentProps, type ReactNode, useRef } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";

const ITEM =
  "flex min-h-8 cursor-pointer items-center gap-2.5 rounded-chip px-2.5 py-1 outline-none select-none " +
  "data-highlighted:bg-sunken data-disabled:cursor-default data-disabled:text-muted pointer-coarse:min-h-10";

export const MenuRoot = Base.Root;
export const MenuTrigger = Base.Trigger;
export const createMenuHandle = Base.createHandle;
export const MenuGroup = Base.Group;
export const MenuRadioGroup = Base.RadioGroup;

type PopupProps = { align?: "start" | "center" | "end"; className?: string; children: ReactNode };

/**
 * The popup stays in the landmark it was opened from, instead of at the end of the document. "fixed" keeps it from being cut by
 * whatever scrolls around it, and the backdrop keeps a click that closes it from doing anything else.
 */
export function MenuPopup({ align = "start", className, children }: PopupProps) {
  const home = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={home} className="absolute" />
      <Base.Portal container={home}>
        <Base.Backdrop className="fixed inset-0 z-20" />
        <Base.Positioner className="z-20 outline-none" positionMethod="fixed" sideOffset={5} align={align}>
          <Base.Popup
            className={classes(
              "max-h-[var(--available-height)] max-w-[min(22rem,var(--available-width))] min-w-44 overflow-y-auto rounded-panel border border-line bg-raised p-1 shadow-pop outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0",
              className,
            )}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <Base.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium break-words text-muted">
      {children}
    </Base.GroupLabel>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}

type ItemProps = ComponentProps<typeof Base.Item> & { icon?: LucideIcon; isDanger?: boolean };

export function MenuItem({ icon: Icon, isDanger, children, ...props }: ItemProps) {
  return (
    <Base.Item
      {...props}
      className={classes(ITEM, isDanger && "text-danger data-highlighted:bg-danger-soft")}
    >
      {Icon ? <Icon aria-hidden size={15} className={isDanger ? undefined : "text-muted"} /> : null}
      <span className="min-w-0 flex-1">{children}</span>
    </Base.Item>
  );
}

type LinkProps = { href: string; icon?: LucideIcon; children: ReactNode; "aria-current"?: "true" };

export function MenuLink({ href, icon: Icon, children, ...props }: LinkProps) {
  return (
    <Base.LinkItem {...props} closeOnClick render={<Link href={href} />} className={ITEM}>
      {Icon ? <Icon aria-hidden size={15} className="text-muted" /> : null}
      <span className="min-w-0 flex-1">{children}</span>
      {props["aria-current"] ? <Check aria-hidden size={15} className="text-accent" /> : null}
    </Base.LinkItem>
  );
}

export function MenuRadioItem({
  value,
  icon: Icon,
  children,
}: {
  value: string;
  icon: LucideIcon;
  children: ReactNode;
}) {
  return (
    <Base.RadioItem value={value} closeOnClick={false} className={ITEM}>
      <Icon aria-hidden size={15} className="text-muted" />
      <span className="min-w-0 flex-1">{children}</span>
      <Base.RadioItemIndicator>
        <Check aria-hidden size={15} className="text-accent" />
      </Base.RadioItemIndicator>
    </Base.RadioItem>
  );
}
