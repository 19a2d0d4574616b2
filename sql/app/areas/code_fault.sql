CREATE FUNCTION app.code_fault(network text, code text, in_chinese boolean DEFAULT false) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Names the first wrong segment of the code; null when the code of a grid is well formed.
WITH placed AS (
    SELECT
        s.*,
        1 + coalesce(
            sum(s.width) OVER (ORDER BY s.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
        ) AS start,
        sum(s.width) OVER () AS length
    FROM core.code_segment AS s
    WHERE s.network = code_fault.network
),

read AS (SELECT p.*, substr(code_fault.code, p.start::integer, p.width) AS part FROM placed AS p)

SELECT CASE
    WHEN char_length(code_fault.code) NOT BETWEEN 1 AND 64
        THEN CASE WHEN in_chinese THEN '编码应有 1 至 64 个字符' ELSE 'a code has 1 to 64 characters' END
    WHEN NOT EXISTS (SELECT FROM placed)
        THEN CASE
            WHEN code_fault.code ~ '^\s|\s$'
                THEN CASE WHEN in_chinese THEN '编码首尾有空格' ELSE 'the code begins or ends with a space' END
            WHEN code_fault.code ~ '[[:cntrl:]]'
                THEN CASE WHEN in_chinese THEN '编码含有不可见字符' ELSE 'the code holds a character that is not printable' END
        END
    WHEN char_length(code_fault.code) <> (SELECT max(p.length) FROM placed AS p)
        THEN format(
            CASE WHEN in_chinese THEN '%s 个字符，应为 %s 个' ELSE '%s characters instead of %s' END,
            char_length(code_fault.code),
            (SELECT max(p.length) FROM placed AS p)
        )
    ELSE (
        SELECT format(
            CASE
                WHEN in_chinese THEN '%s 段，第 %s-%s 位：不能为 %L'
                ELSE 'segment %s, characters %s-%s: %L is not allowed'
            END,
            r.name, r.start, r.start + r.width - 1, r.part
        )
        FROM read AS r
        WHERE CASE
            WHEN cardinality(r.allowed) > 0 THEN r.part <> ALL(r.allowed)
            WHEN r.part !~ '^[0-9]+$' THEN true
            ELSE r.part::bigint NOT BETWEEN r.low AND r.high
        END
        ORDER BY r.position
        LIMIT 1
    )
END;
END;
COMMENT ON FUNCTION app.code_fault(text, text, boolean) IS
'What is wrong with this code of a grid, in English or (in_chinese) in Chinese? Null: the code is well formed';
GRANT EXECUTE ON FUNCTION app.code_fault(text, text, boolean) TO gisgrid_editor;
