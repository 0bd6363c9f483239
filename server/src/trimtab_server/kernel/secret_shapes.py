"""The forms in which providers issue their credentials. Data only.

Each row: the rule's name, the literal marks one of which must occur before the pattern is tried,
and the pattern. Patterns start at a token's border and cost a bounded number of steps from each
start, so that a search stays linear. What follows a fixed length may not be of the same alphabet.
Lengths are the issuers' own, as minimum where they have grown over time.
"""

import re
from typing import Final, NamedTuple


class Shape(NamedTuple):
    """One provider's form of credential."""

    rule: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(rule: str, marks: str, pattern: str) -> Shape:
    return Shape(
        rule, tuple(marks.split()), re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})", re.ASCII)
    )


_END: Final = r"(?![A-Za-z0-9])"
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

SHAPES: Final = (
    # clouds
    _shape("aws-access-key-id", "AKIA ASIA ABIA ACCA", rf"A(?:KI|SI|BI|CC)A[A-Z0-9]{{16}}{_END}"),
    _shape("aws-bedrock-key", "ABSK", r"ABSK[A-Za-z0-9+/]{100,}"),
    _shape("google-api-key", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _shape("google-oauth-secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{24,}"),
    _shape("google-oauth-token", "ya29.", r"ya29\.[A-Za-z0-9_-]{20,}"),
    _shape("google-refresh-token", "1//0", r"1//0[A-Za-z0-9_-]{30,}"),
    _shape("azure-client-secret", "8Q~ 7Q~", r"[A-Za-z0-9_.~-]{3}[78]Q~[A-Za-z0-9_.~-]{31,}"),
    _shape("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", rf"do[opr]_v1_[0-9a-f]{{64}}{_END}"),
    _shape("alibaba-access-key-id", "LTAI", rf"LTAI[A-Za-z0-9]{{12,20}}{_END}"),
    _shape("heroku-key", "HRKU-", r"HRKU-[A-Za-z0-9_-]{36,}"),
    _shape("flyio-token", "fo1_ fm1", r"(?:fo1_[A-Za-z0-9_-]{43}|fm1[ar]?_[A-Za-z0-9+/]{40,})"),
    _shape("netlify-token", "nfp_", r"nfp_[A-Za-z0-9_]{36,}"),
    _shape("supabase-key", "sbp_ sb_secret_",
           r"(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,})"),
    _shape("planetscale-token", "pscale_", r"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_.=-]{32,}"),
    # code and packages
    _shape("gitlab-token", "glpat- gldt- glrt- glcbt- glptt- glft- glimt- glagent- glsoat- gloas-",
           r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[A-Za-z0-9_.-]{20,}"),
    _shape("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    _shape("github-token", "github_pat_", r"github_pat_[A-Za-z0-9_]{36,}"),
    _shape("bitbucket-token", "ATBB ATCTT ATATT", r"(?:ATBB|ATCTT|ATATT)[A-Za-z0-9_=-]{28,}"),
    _shape("npm-token", "npm_", rf"npm_[A-Za-z0-9]{{36}}{_END}"),
    _shape("pypi-token", "pypi-", r"pypi-[A-Za-z0-9_-]{50,}"),
    _shape("rubygems-key", "rubygems_", rf"rubygems_[0-9a-f]{{48}}{_END}"),
    _shape("docker-token", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[A-Za-z0-9_-]{20,}"),
    _shape("crates-token", "cio", rf"cio[A-Za-z0-9]{{32}}{_END}"),
    _shape("postman-key", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    _shape("sonar-token", "sqp_ squ_ sqa_", rf"sq[pua]_[0-9a-f]{{40}}{_END}"),
    _shape("terraform-token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    _shape("pulumi-token", "pul-", rf"pul-[0-9a-f]{{40}}{_END}"),
    # language models and their tools
    _shape("anthropic-key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,}"),
    _shape("openai-key", "sk-",
           r"sk-(?=[A-Za-z_-]{0,80}+[0-9])[A-Za-z0-9_-]{20,}"),
    _shape("elevenlabs-key", "sk_", rf"sk_[0-9a-f]{{48}}{_END}"),
    _shape("langsmith-key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}(?:_[0-9a-f]{10})?"),
    _shape("langsmith-key", "ls__", rf"ls__[0-9a-f]{{32}}{_END}"),
    _shape("huggingface-token", "hf_ api_org_", rf"(?:hf|api_org)_[A-Za-z0-9]{{34,}}{_END}"),
    _shape("replicate-token", "r8_", rf"r8_[A-Za-z0-9]{{37,}}{_END}"),
    _shape("groq-key", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    _shape("xai-key", "xai-", r"xai-[A-Za-z0-9]{40,}"),
    _shape("perplexity-key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    _shape("tavily-key", "tvly-", r"tvly-[A-Za-z0-9-]{28,}"),
    _shape("firecrawl-key", "fc-", rf"fc-[0-9a-f]{{32}}{_END}"),
    _shape("pinecone-key", "pcsk_", r"pcsk_[A-Za-z0-9_]{40,}"),
    _shape("e2b-key", "e2b_", rf"e2b_[0-9a-f]{{40}}{_END}"),
    _shape("nvidia-key", "nvapi-", r"nvapi-[A-Za-z0-9_-]{40,}"),
    _shape("weights-and-biases-key", "wandb_v1_", r"wandb_v1_[A-Za-z0-9_]{40,}"),
    # secret stores and configuration
    _shape("vault-token", "hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    _shape("doppler-token", "dp.",
           r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}"),
    _shape("infisical-token", "st.",
           rf"st\.(?:{_UUID}|[0-9a-f]{{24}})\.[0-9a-f]{{32}}\.[0-9a-f]{{32}}"),
    _shape("1password-token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9_-]{100,}"),
    _shape("age-secret-key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    _shape("trimtab-token", "tt_", rf"tt_[A-Za-z0-9-]{{6,64}}_[A-Za-z0-9]{{30,}}{_END}"),
    # payment and shops
    _shape("stripe-key", "sk_live_ sk_test_ rk_live_ rk_test_",
           r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _shape("stripe-webhook-secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}"),
    _shape("square-token", "EAAA", r"EAAA[A-Za-z0-9_-]{60}"),
    _shape("square-token", "sq0atp- sq0csp-", r"sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}"),
    _shape("shopify-token", "shp", rf"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{32}}{_END}"),
    _shape("paypal-token", "access_token$",
           r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    # messages and mail
    _shape("slack-token", "xox xapp-", r"(?:xox[a-z]|xapp)-[A-Za-z0-9.-]{10,}"),
    _shape("slack-webhook", "hooks.slack.com/",
           r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}"),
    _shape("discord-webhook", "/api/webhooks/", r"api/webhooks/[0-9]{15,21}/[A-Za-z0-9_-]{50,}"),
    _shape("discord-bot-token", ".",
           r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}"
           r"(?![A-Za-z0-9_.-])"),
    _shape("teams-webhook", "webhook.office.com/",
           r"webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{60,}"),
    _shape("google-chat-webhook", "chat.googleapis.com/",
           r"chat\.googleapis\.com/v1/spaces/[^\s\"']{1,60}?[?&]key=[^\s\"']{20,}"),
    _shape("telegram-bot-token", ":AA", r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    _shape("twilio-key", "SK", rf"SK[0-9a-f]{{32}}{_END}"),
    _shape("twilio-credentials", "AC",
           rf"AC[0-9a-f]{{32}}[^A-Za-z0-9]{{1,3}}[0-9a-f]{{32}}{_END}"),
    _shape("sendgrid-key", "SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    _shape("mailgun-key", "key-", rf"key-[0-9a-f]{{32}}{_END}"),
    _shape("mailgun-key", "-", rf"[0-9a-f]{{32}}-[0-9a-f]{{8}}-[0-9a-f]{{8}}{_END}"),
    _shape("mailchimp-key", "-us", rf"[0-9a-f]{{32}}-us[0-9]{{1,2}}{_END}"),
    _shape("brevo-key", "xkeysib- xsmtpsib-", r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    _shape("resend-key", "re_", rf"re_[A-Za-z0-9]{{8}}_[A-Za-z0-9]{{20,}}{_END}"),
    _shape("facebook-token", "EAA", r"EAA[A-Za-z0-9]{80,}"),
    # work and observation
    _shape("linear-key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    _shape("notion-token", "secret_ ntn_",
           rf"(?:secret_[A-Za-z0-9]{{43}}|ntn_[A-Za-z0-9]{{40,}}){_END}"),
    _shape("airtable-token", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _shape("figma-token", "figd_", r"figd_[A-Za-z0-9_-]{40,}"),
    _shape("asana-token", "/", r"[0-9]/[0-9]{16}/[0-9]{16}:[0-9a-f]{32}"),
    _shape("hubspot-token", "pat-", rf"pat-(?:na|eu|ap)[0-9]-{_UUID}"),
    _shape("newrelic-key", "NRAK- NRII- NRJS-", r"NR(?:AK|II|JS)-[A-Za-z0-9_-]{19,}"),
    _shape("newrelic-key", "NRAL",
           rf"[0-9a-zA-Z]{{6,12}}[0-9a-f]{{24,30}}(?:FF)?(?:FF)?NRAL{_END}"),
    _shape("datadog-key", "ddpat_ ddapp_", r"dd(?:pat|app)_[A-Za-z0-9]{30,}"),
    _shape("sentry-token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9_=+/-]{40,}"),
    _shape("sentry-dsn", "@", r"https?://[0-9a-f]{32}(?::[0-9a-f]{32})?@[^\s/]{1,200}/[0-9]"),
    _shape("grafana-token", "glsa_ glc_",
           r"(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_eyJ[A-Za-z0-9+/=]{40,})"),
    _shape("posthog-personal-key", "phx_", r"phx_[A-Za-z0-9]{40,}"),
    _shape("langfuse-key", "sk-lf-", rf"sk-lf-{_UUID}"),
    _shape("mapbox-secret-token", "sk.eyJ", r"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    _shape("databricks-token", "dapi", rf"dapi[0-9a-f]{{32}}(?:-[0-9])?{_END}"),
    _shape("contentful-token", "CFPAT-", r"CFPAT-[A-Za-z0-9_-]{43}"),
    _shape("tailscale-key", "tskey-", r"tskey-[a-z]{2,10}-[A-Za-z0-9-]{16,}"),
    _shape("duffel-token", "duffel_", r"duffel_(?:live|test)_[A-Za-z0-9_=-]{43}"),
    _shape("launchdarkly-key", "sdk- api-", rf"(?:sdk|api)-{_UUID}"),
)  # fmt: skip
