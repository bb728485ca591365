from odoo import api, models
from odoo.tools import SQL

# Non-ASCII capital letters of common scripts, in NFKD form, with their lowercase
# letters. PostgreSQL's lower() depends on the server's locale, and an index must not. Grouped by script because
# translate() is slow with a long list.
_SCRIPTS = (
    {
        **{capital: capital + 32 for capital in (0xC6, 0xD0, 0xD8, 0xDE)},  # Æ Ð Ø Þ
        **{capital: capital + 1 for capital in (0x110, 0x126, 0x141, 0x14A, 0x152, 0x166)},  # Đ Ħ Ł Ŋ Œ Ŧ
        0x131: ord("i"),  # Turkish dotless i
        0x1E9E: 0xDF,  # ẞ; both become "ss" afterwards
    },
    {  # Greek
        **{capital: capital + 32 for capital in range(0x391, 0x3AA) if capital != 0x3A2},
        0x345: 0x3B9,  # iota below
        0x3C2: 0x3C3,  # final sigma
    },
    {  # Cyrillic
        **{capital: capital + 80 for capital in range(0x400, 0x410)},
        **{capital: capital + 32 for capital in range(0x410, 0x430)},
    },
    {  # other Cyrillic letters, and old forms
        **{capital: capital + 1 for capital in (*range(0x490, 0x4C0, 2), 0x4D8, 0x4E8)},
        **dict(zip(range(0x1C80, 0x1C87), map(ord, "вдосттъ"), strict=True)),
    },
    {capital: capital + 48 for capital in range(0x531, 0x557)},  # Armenian
    {capital: capital - 0xBC0 for capital in (*range(0x1C90, 0x1CBB), *range(0x1CBD, 0x1CC0))},  # Georgian
)
# Ignored in keys: ASCII other than letters and digits, accents, blanks, punctuation and invisible characters, and rare
# cased letters of scripts not listed above.
_LEFT_OUT = (
    r"\u0001-/:-@\[-`{-\u007f\u00ad\u0300-\u0344\u0346-\u036f\u061c\u1680\u180b-\u180f\u2000-\u206f\ufe00-\ufe0f\ufeff"
    r"\u0180-\u02af\u0370-\u0377\u037b-\u037f\u03cf\u03d7-\u03ef\u03f3\u03f7-\u03ff\u0460-\u048f\u04c0-\u04d7"
    r"\u04da-\u04e7\u04ea-\u052f\u10a0-\u10c7\u10cd\u13a0-\u13fd\u1c87\u1c88\u1d79\u1d7d\u1d8e\u1efa-\u1eff\u2132\u214e\u2183\u2184"
    r"\u2c00-\u2d2d\ua640-\ua69b\ua722-\ua7f6\uab53\uab70-\uabbf"
    r"\U00010400-\U000104fb\U00010570-\U000105bc\U00010c80-\U00010cf2\U000118a0-\U000118df\U00016e40-\U00016e7f"
    r"\U0001e900-\U0001e943"
)
# Ranges of the letters of the scripts above.
_CASED = r"\u00c0-\u0587\u1c80-\u1cbf\u1e9e"
# Entities of ignored characters, escaped once or several times: "&amp;", "&#8211;", "&amp;quot;".
_LEFT_OUT_ENTITIES = (
    "&(amp;)*(amp|quot|apos|lt|gt|nbsp|ndash|mdash|hellip|[lr][sd]quo"
    "|#0*(3[2-9]|4[0-7]|160|82[0-9][0-9])|#[xX]0*(2[0-9A-Fa-f]|[aA]0|20[0-6][0-9A-Fa-f]));"
)
MAX_KEY_LENGTH = 64

# The function's body determines the index content: if it changes, rename the function so that the index is rebuilt.
NAME_KEYS = "external_order_name_keys_1"


class ProductTemplate(models.Model):
    """Adds an index to find products by name in all languages, in any spelling."""

    _inherit = "product.template"

    # Without fastupdate, because searches would otherwise scan the list of pending entries.
    _external_order_names = models.Index(f"USING gin ({NAME_KEYS}(name)) WITH (fastupdate = off)")

    def _auto_init(self):
        self._create_external_order_name_keys()
        return super()._auto_init()

    @api.model
    def _create_external_order_name_keys(self):
        """Create the SQL function that returns the index keys of a product's names.

        A key is coarser than `name_key`: names with equal `name_key` share a key, but other names may share it too. The
        database finds the candidates and `name_key` decides among them. Names with uncommon entities have the key "&",
        because PostgreSQL cannot decode them.
        """
        # It only uses objects of pg_catalog, so it works with any search path.
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %(function)s(names jsonb) RETURNS text[]
                LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
                AS %(body)s
                """,
                function=SQL.identifier(NAME_KEYS),
                body=_get_body(),
            )
        )


def _get_body():
    fold_scripts = ""
    for letters in _SCRIPTS:
        capitals, small = "".join(map(chr, letters)), "".join(map(chr, letters.values()))
        fold_scripts += f"""
            IF key ~ '[{capitals}]' THEN
                key := translate(key, '{capitals}', '{small}');
            END IF;"""
    return f"""
        DECLARE
            keys text[] := '{{}}';
            key text COLLATE "C";
        BEGIN
            FOR key IN SELECT value FROM jsonb_each_text(names) WHERE value IS NOT NULL LOOP
                IF strpos(key, '&') > 0 THEN
                    key := regexp_replace(key, '{_LEFT_OUT_ENTITIES}', '', 'g');
                    IF key ~ '&#?[0-9A-Za-z]+;' THEN
                        keys := keys || '&'::text;
                        CONTINUE;
                    END IF;
                END IF;
                IF octet_length(key) > length(key) THEN
                    key := normalize(key, NFKD);
                END IF;
                key := lower(regexp_replace(key, '[{_LEFT_OUT}]+', '', 'g'));
                IF key ~ '[{_CASED}]' THEN{fold_scripts}
                    key := replace(key, 'ß', 'ss');
                END IF;
                keys := keys || left(key, {MAX_KEY_LENGTH});
            END LOOP;
            RETURN keys;
        END"""
