"use client";

import { useEffect, useState } from "react";
import {
  canMakePairs,
  PAIR_ALGORITHMS,
  type PairAlgorithm,
  supportedAlgorithms,
} from "@/components/credentials/key-pair";
import { Banner } from "@/components/ui/banner";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";

const LABELS = {
  ES256: "ES256 (P-256)",
  EdDSA: "EdDSA (Ed25519)",
  RS256: "RS256 (RSA, 3072 bits)",
} as const satisfies Record<PairAlgorithm, string>;

type MakePairProps = { algorithm: PairAlgorithm; onChange: (algorithm: PairAlgorithm) => void };

export function MakePair({ algorithm, onChange }: MakePairProps) {
  const [supported, setSupported] = useState<readonly PairAlgorithm[]>(PAIR_ALGORITHMS);
  // Rendered in the browser only: the dialog exists after a click.
  const [isPossible] = useState(canMakePairs);
  useEffect(() => {
    if (isPossible) supportedAlgorithms().then(setSupported);
  }, [isPossible]);
  if (!isPossible) {
    return (
      <Banner look="note">
        Browsers make keys only on pages that came over https or from localhost, and this one did not. Make
        the pair on the robot’s host and paste its public half.
      </Banner>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <Field label="Algorithm">
        <Select
          name="algorithm"
          options={supported.map((value) => ({ value, label: LABELS[value] }))}
          value={algorithm}
          onValueChange={(chosen) => onChange(supported.find((one) => one === chosen) ?? "ES256")}
        />
      </Field>
      <p className="text-small text-muted">
        The pair is made in this browser, and the private key is never sent. You download it in the next step;
        once that is closed, it is gone.
      </p>
    </div>
  );
}
