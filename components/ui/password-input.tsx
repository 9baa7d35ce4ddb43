"use client";

import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { TextInput } from "@/components/ui/field";

export function PasswordInput(props: ComponentProps<typeof TextInput>) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <span className="relative block">
      <TextInput {...props} type={isShown ? "text" : "password"} spellCheck={false} className="pr-10" />
      <button
        type="button"
        aria-label={isShown ? "Hide what is typed" : "Show what is typed"}
        onClick={() => setShown(!isShown)}
        className={buttonClass({ look: "quiet", size: "icon" }, "absolute top-0.5 right-0.5")}
      >
        <Icon aria-hidden size={16} />
      </button>
    </span>
  );
}
