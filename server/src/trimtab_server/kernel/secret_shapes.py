"""The forms in which providers issue their credentials. Data only.

A row: the rule's name; the literals that a token begins with; what follows, as a pattern; and
where the literal stands inside the token, what must come right before it. Lengths are the
issuers' own, as a minimum where they have grown over time. A pattern reads each start in a
bounded number of steps or to the end of its match, so that a search stays linear.
"""

import re
from typing import Final, NamedTuple


class Shape(NamedTuple):
    """One provider's form of credential, for one of its literals."""

    rule: str
    literal: str
    pattern: re.Pattern[str]


def _shapes(rule: str, literals: str, rest: str, before: str = "") -> list[Shape]:
    return [
        Shape(rule, literal, _pattern(re.escape(literal), rest, before))
        for literal in literals.split()
    ]


def _pattern(literal: str, rest: str, before: str) -> re.Pattern[str]:
    # The literal goes first and the look behind it second: only so is a search for it fast.
    border = rf"(?<={before}{literal})" if before else rf"(?<![A-Za-z0-9]{literal})"
    return re.compile(literal + border + rest, re.ASCII)


_END: Final = r"(?![A-Za-z0-9])"
_END_: Final = r"(?![A-Za-z0-9_-])"
_DIGITS: Final = r"[MNO][DTjz][AEIMQUYcgk][w-z0-5]"  # three decimal digits in base64
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

_TABLE: Final[tuple[tuple[str, ...], ...]] = (
    # clouds
    ("aws-access-key-id", "AKIA ASIA ABIA ACCA", rf"[A-Z0-9]{{16}}{_END}"),
    ("aws-bedrock-key", "ABSK", r"[A-Za-z0-9+/]{100,}"),
    ("google-api-key", "AIza", rf"[A-Za-z0-9_-]{{35}}{_END_}"),
    ("google-oauth-secret", "GOCSPX-", r"[A-Za-z0-9_-]{24,}"),
    ("google-oauth-token", "ya29.", r"[A-Za-z0-9_-]{20,}"),
    ("google-refresh-token", "1//0", r"[A-Za-z0-9_-]{30,}"),
    ("azure-client-secret", "8Q~ 7Q~", r"[A-Za-z0-9_.~-]{31,}", r"[A-Za-z0-9_.~-]{3}"),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", rf"[0-9a-f]{{64}}{_END}"),
    ("alibaba-access-key-id", "LTAI", rf"[A-Za-z0-9]{{12,20}}{_END}"),
    ("heroku-key", "HRKU-", r"[A-Za-z0-9_-]{36,}"),
    ("flyio-token", "fo1_ fm1_ fm2_", r"[A-Za-z0-9+/_-]{40,}"),
    ("netlify-token", "nfp_", r"[A-Za-z0-9_]{36,}"),
    ("supabase-key", "sbp_", rf"[0-9a-f]{{40}}{_END}"),
    ("supabase-key", "sb_secret_", r"[A-Za-z0-9_-]{20,}"),
    ("planetscale-token", "pscale_", r"(?:tkn|oauth|pw)_[A-Za-z0-9_.=-]{32,}"),
    # code and packages
    ("gitlab-token", "glpat- gldt- glrt- glcbt- glptt- glft- glimt- glagent- glsoat- gloas-",
     r"[A-Za-z0-9_.-]{20,}"),
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{36,}"),
    ("github-token", "github_pat_", r"[A-Za-z0-9_]{36,}"),
    ("bitbucket-token", "ATBB ATCTT ATATT", r"[A-Za-z0-9_=-]{28,}"),
    ("npm-token", "npm_", rf"[A-Za-z0-9]{{36}}{_END}"),
    ("pypi-token", "pypi-", r"[A-Za-z0-9_-]{50,}"),
    ("rubygems-key", "rubygems_", rf"[0-9a-f]{{48}}{_END}"),
    ("docker-token", "dckr_pat_ dckr_oat_", r"[A-Za-z0-9_-]{20,}"),
    ("crates-token", "cio", rf"[A-Za-z0-9]{{32}}{_END}"),
    ("packagist-token", "packagist_", r"[a-z]{3}_[0-9a-f]{32,}"),
    ("sourcegraph-token", "sgp_", r"(?:[0-9a-fA-F]{16}_|local_)?[0-9a-fA-F]{40}"),
    ("postman-key", "PMAK-", r"[0-9a-fA-F]{24}-[0-9a-fA-F]{34}"),
    ("sonar-token", "sqp_ squ_ sqa_", rf"[0-9a-f]{{40}}{_END}"),
    ("terraform-token", ".atlasv1.", r"[A-Za-z0-9_=-]{60,}", r"[A-Za-z0-9]{14}"),
    ("pulumi-token", "pul-", rf"[0-9a-f]{{40}}{_END}"),
    # language models and their tools; `sk-` is issued by many, with a digit sooner or later
    ("anthropic-key", "sk-ant-", r"[A-Za-z0-9_-]{16,}"),
    ("langfuse-key", "sk-lf-", _UUID),
    ("openai-key", "sk-", r"(?=[A-Za-z_-]{0,64}+[0-9])[A-Za-z0-9_-]{20,}"),
    ("elevenlabs-key", "sk_", rf"[0-9a-f]{{48}}{_END}"),
    ("langsmith-key", "lsv2_pt_ lsv2_sk_", r"[0-9a-fA-F]{32}(?:_[0-9a-fA-F]{10})?"),
    ("langsmith-key", "ls__", rf"[0-9a-f]{{32}}{_END}"),
    ("huggingface-token", "hf_ api_org_", r"[A-Za-z0-9]{34,}"),
    ("replicate-token", "r8_", r"[A-Za-z0-9]{37,}"),
    ("groq-key", "gsk_", r"[A-Za-z0-9]{40,}"),
    ("xai-key", "xai-", r"[A-Za-z0-9]{40,}"),
    ("perplexity-key", "pplx-", r"[A-Za-z0-9]{40,}"),
    ("tavily-key", "tvly-", r"[A-Za-z0-9-]{28,}"),
    ("firecrawl-key", "fc-", rf"[0-9a-f]{{32}}{_END}"),
    ("pinecone-key", "pcsk_", r"[A-Za-z0-9_]{40,}"),
    ("e2b-key", "e2b_", rf"[0-9a-f]{{40}}{_END}"),
    ("fal-key", ":", rf"[0-9a-f]{{32}}{_END}", _UUID),
    ("retell-key", "key_", rf"[0-9a-f]{{28}}{_END}"),
    ("nvidia-key", "nvapi-", r"[A-Za-z0-9_-]{40,}"),
    ("weights-and-biases-key", "wandb_v1_", r"[A-Za-z0-9_]{40,}"),
    # secret stores and configuration
    ("vault-token", "hvs. hvb. hvr.", r"[A-Za-z0-9_-]{24,}"),
    ("doppler-token", "dp.pt. dp.ct. dp.sa. dp.scim. dp.audit.", r"[A-Za-z0-9]{40,}"),
    ("doppler-token", "dp.st.", r"(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}"),
    ("infisical-token", "st.", rf"(?:{_UUID}|[0-9a-f]{{24}})\.[0-9a-f]{{32}}\.[0-9a-f]{{32}}"),
    ("1password-token", "ops_eyJ", r"[A-Za-z0-9_-]{100,}"),
    ("age-secret-key", "AGE-SECRET-KEY-1", r"[0-9A-Z]{58}"),
    ("launchdarkly-key", "sdk- api-", _UUID),
    ("trimtab-token", "tt_", rf"[0-9A-Za-z]{{12}}_[0-9A-Za-z]{{49}}{_END}"),
    # payment and shops
    ("stripe-key", "sk_live_ sk_test_ rk_live_ rk_test_", r"[A-Za-z0-9]{16,}"),
    ("stripe-webhook-secret", "whsec_", r"[A-Za-z0-9+/=]{24,}"),
    ("square-token", "EAAA", r"[A-Za-z0-9_-]{60}"),
    ("square-token", "sq0atp- sq0csp-", r"[A-Za-z0-9_-]{22,}"),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_", rf"[0-9a-fA-F]{{32}}{_END}"),
    ("paypal-token", "access_token$production$ access_token$sandbox$",
     r"[0-9a-z]{16}\$[0-9a-f]{32}"),
    ("checkout-key", "sk_", _UUID),
    ("plaid-token", "access-sandbox- access-development- access-production-", _UUID),
    ("flutterwave-key", "FLWSECK- FLWSECK_TEST-", r"[A-Za-z0-9-]{12,}"),
    ("woocommerce-secret", "cs_ ck_", rf"[0-9a-f]{{40}}{_END}"),
    ("shippo-token", "shippo_live_ shippo_test_", rf"[0-9a-fA-F]{{40}}{_END}"),
    ("lob-key", "live_ test_", rf"[0-9a-f]{{35}}{_END}"),
    # messages and mail
    ("slack-token", "xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xapp-",
     r"[A-Za-z0-9.%/+-]{10,}"),
    ("slack-webhook", "hooks.slack.com/",
     r"(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}"),
    ("discord-webhook", "api/webhooks/", r"[0-9]{15,21}/[A-Za-z0-9_-]{50,}"),
    ("discord-bot-token", ".", rf"[A-Za-z0-9_-]{{6}}\.[A-Za-z0-9_-]{{27,38}}{_END_}",
     rf"(?:{_DIGITS}){{6}}"),
    ("discord-bot-token", ".", rf"[A-Za-z0-9_-]{{6}}\.[A-Za-z0-9_-]{{27,38}}{_END_}",
     rf"(?:{_DIGITS}){{6}}[MNO][AQgw]"),
    ("teams-webhook", "webhook.office.com/", r"webhookb2/[A-Za-z0-9@/-]{60,}",
     r"\."),
    ("google-chat-webhook", "chat.googleapis.com/",
     r"v1/spaces/[A-Za-z0-9_/-]{1,60}\?key=[A-Za-z0-9_-]{20,}"),
    ("telegram-bot-token", ":AA", rf"[A-Za-z0-9_-]{{33}}{_END_}", r"[0-9]{8}"),
    ("twilio-key", "SK", rf"[0-9a-f]{{32}}{_END}"),
    ("twilio-credentials", "AC",
     rf"[0-9a-f]{{32}}[^A-Za-z0-9]{{1,3}}[0-9a-f]{{32}}{_END}"),
    ("sendgrid-key", "SG.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    ("mailgun-key", "key-", rf"[0-9a-f]{{32}}{_END}"),
    ("mailgun-key", "-", rf"[0-9a-f]{{8}}-[0-9a-f]{{8}}{_END}", r"[0-9a-f]{32}"),
    ("mailchimp-key", "-us", rf"[0-9]{{1,2}}{_END}", r"[0-9a-f]{32}"),
    ("brevo-key", "xkeysib- xsmtpsib-", r"[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    ("resend-key", "re_", rf"[A-Za-z0-9]{{8}}_[A-Za-z0-9]{{20,}}{_END}"),
    ("facebook-token", "EAA", r"[A-Za-z0-9]{80,}"),
    ("klaviyo-key", "pk_", rf"[0-9a-f]{{34}}{_END}"),
    # work and observation
    ("clickup-token", "pk_", rf"[0-9]{{6,10}}_[A-Z0-9]{{32}}{_END}"),
    ("zoho-token", "1000.", rf"[0-9a-f]{{32}}\.[0-9a-f]{{32}}{_END}"),
    ("linear-key", "lin_api_ lin_oauth_", r"[A-Za-z0-9]{32,}"),
    ("notion-token", "secret_", rf"[A-Za-z0-9]{{43}}{_END}"),
    ("notion-token", "ntn_", r"[A-Za-z0-9]{40,}"),
    ("airtable-token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    ("figma-token", "figd_", r"[A-Za-z0-9_-]{40,}"),
    ("hubspot-token", "pat-na1- pat-na2- pat-eu1- pat-ap1-", _UUID),
    ("newrelic-key", "NRAK- NRII- NRJS-", r"[A-Za-z0-9_-]{19,}"),
    ("newrelic-key", "NRAL", _END, r"[0-9A-Za-z]{36}"),
    ("datadog-key", "ddpat_ ddapp_", r"[A-Za-z0-9]{30,}"),
    ("sentry-token", "sntrys_ sntryu_", r"[A-Za-z0-9_=+/-]{40,}"),
    ("sentry-dsn", "@", r"[A-Za-z0-9.:-]{1,200}/[0-9]", r"://[0-9a-f]{32}"),
    ("grafana-token", "glsa_", r"[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
    ("grafana-token", "glc_eyJ", r"[A-Za-z0-9+/=]{40,}"),
    ("posthog-personal-key", "phx_", r"[A-Za-z0-9]{40,}"),
    ("mapbox-secret-token", "sk.eyJ", r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    ("databricks-token", "dapi", rf"[0-9a-f]{{32}}(?:-[0-9])?{_END}"),
    ("contentful-token", "CFPAT-", r"[A-Za-z0-9_-]{43}"),
    ("tailscale-key", "tskey-", r"[a-z]{2,10}-[A-Za-z0-9-]{16,}"),
    ("duffel-token", "duffel_live_ duffel_test_", r"[A-Za-z0-9_=-]{43}"),
)  # fmt: skip

SHAPES: Final = tuple(shape for row in _TABLE for shape in _shapes(*row))
