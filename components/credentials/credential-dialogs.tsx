"use client";

import type { ComponentType } from "react";
import type { CredentialDeed, CredentialDialogProps } from "@/components/credentials/credential-actions";
import { DeleteCredentialDialog } from "@/components/credentials/delete-credential-dialog";
import { DisableCredentialDialog } from "@/components/credentials/disable-credential-dialog";
import { EditCredentialDialog } from "@/components/credentials/edit-credential-dialog";
import { EnableCredentialDialog } from "@/components/credentials/enable-credential-dialog";
import { RehearseDialog } from "@/components/credentials/rehearse-dialog";
import { RulesDialog } from "@/components/credentials/rules-dialog";
import { RotateDialog } from "@/components/rotations/rotate-dialog";

/** The dialog of each deed. */
export const CREDENTIAL_DIALOGS: Readonly<Record<CredentialDeed, ComponentType<CredentialDialogProps>>> = {
  edit: EditCredentialDialog,
  rotate: RotateDialog,
  delete: DeleteCredentialDialog,
  disable: DisableCredentialDialog,
  enable: EnableCredentialDialog,
  rehearse: RehearseDialog,
  rules: RulesDialog,
};
