"""A client that knows an issuer's address, by Authlib. Reads what it needs from standard input, writes what it saw to standard output."""

import json
import sys
import time

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

given = json.load(sys.stdin)
metadata = requests.get(given["issuer"] + "/.well-known/openid-configuration", timeout=10).json()
resource = metadata["protected_resources"][0]


def by_key(client):
    """Authlib would let an assertion live for an hour and use its jti again; Latchkey takes five minutes, and each jti once."""
    claims = {"exp": int(time.time()) + 60}
    client.register_client_auth_method(
        PrivateKeyJWT(metadata["token_endpoint"], claims=claims, headers={"kid": given["keyId"]}, alg="ES256")
    )
    return client


def by_secret(client):
    return client


def conversation(method, credential, authenticated):
    client = OAuth2Session(
        given["clientId"],
        credential,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope="OR.Robots",
    )
    token = authenticated(client).fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    text = token["access_token"]
    me = client.get(resource + "/me", timeout=10)
    introspected = authenticated(client).introspect_token(metadata["introspection_endpoint"], token=text)
    revoked = authenticated(client).revoke_token(metadata["revocation_endpoint"], token=text)
    after = client.get(resource + "/me", timeout=10)
    return {
        "scope": token["scope"],
        "me": me.json()["credential"]["kind"],
        "active": introspected.json()["active"],
        "revoked": revoked.status_code,
        "after": after.status_code,
    }


seen = {
    "client_secret_basic": conversation("client_secret_basic", given["clientSecret"], by_secret),
    "client_secret_post": conversation("client_secret_post", given["clientSecret"], by_secret),
    "private_key_jwt": conversation("private_key_jwt", given["privateKey"], by_key),
}
json.dump(seen, sys.stdout)
