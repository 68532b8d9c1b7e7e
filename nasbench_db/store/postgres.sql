-- The words that a PostgreSQL server learns, in the schema of a benchmark, so that it understands
-- the statements that SQLite does. They are run once, before the tables are made.

-- Texts in which upper and lower case are equal, as SQLite's collation of that name.
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- The correctly rounded sum of some values, by Shewchuk's partial sums; see store/exact.py.
-- Where one is not finite, plain addition; and NULL for what is not a number, which SQLite has not.
CREATE FUNCTION exact_total(terms double precision[]) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    partials double precision[] := '{}';
    kept double precision[];
    x double precision;
    y double precision;
    high double precision;
    low double precision;
    swap double precision;
    n integer;
BEGIN
    IF cardinality(terms) <= 2 THEN
        high := terms[1] + coalesce(terms[2], 0);
        RETURN nullif(high, 'NaN');
    END IF;
    FOREACH x IN ARRAY terms LOOP
        IF x IN ('Infinity', '-Infinity') THEN
            high := 0;
            FOREACH y IN ARRAY terms LOOP
                high := high + y;
            END LOOP;
            RETURN nullif(high, 'NaN');
        END IF;
        kept := '{}';
        FOREACH y IN ARRAY partials LOOP
            IF abs(x) < abs(y) THEN
                swap := x;
                x := y;
                y := swap;
            END IF;
            high := x + y;
            low := y - (high - x);
            IF low <> 0 THEN
                kept := kept || low;
            END IF;
            x := high;
        END LOOP;
        partials := kept || x;
    END LOOP;
    n := cardinality(partials);
    high := partials[n];
    low := 0;
    n := n - 1;
    WHILE n > 0 LOOP
        x := high;
        y := partials[n];
        n := n - 1;
        high := x + y;
        low := y - (high - x);
        EXIT WHEN low <> 0;
    END LOOP;
    -- What lies exactly between two numbers goes the way that the next partial sum says.
    IF n > 0 AND ((low < 0 AND partials[n] < 0) OR (low > 0 AND partials[n] > 0)) THEN
        y := low * 2;
        x := high + y;
        IF y = x - high THEN
            high := x;
        END IF;
    END IF;
    RETURN high;
END $$;

CREATE FUNCTION exact_mean(terms double precision[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT exact_total(t) / nullif(cardinality(t), 0)
    FROM (SELECT array_remove(terms, NULL)) AS q (t)
$$;

CREATE FUNCTION exact_std(terms double precision[]) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    own double precision[] := array_remove(terms, NULL);
    n integer := cardinality(own);
    middle double precision;
    square double precision;
BEGIN
    IF n < 2 THEN
        RETURN NULL;
    END IF;
    middle := exact_total(own) / n;
    FOR i IN 1..n LOOP
        square := own[i] - middle;
        own[i] := square * square;
    END LOOP;
    RETURN sqrt(exact_total(own) / n);
END $$;

CREATE FUNCTION exact_median(terms double precision[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN n % 2 = 1 THEN t[n / 2 + 1] ELSE (t[n / 2] + t[n / 2 + 1]) / 2 END
    FROM (
        SELECT array_agg(x ORDER BY x) AS t, count(*)::integer AS n
        FROM unnest(terms) AS x WHERE x IS NOT NULL
    ) AS q
$$;

CREATE AGGREGATE mean(double precision) (
    SFUNC = array_append, STYPE = double precision[], INITCOND = '{}', FINALFUNC = exact_mean
);
CREATE AGGREGATE std(double precision) (
    SFUNC = array_append, STYPE = double precision[], INITCOND = '{}', FINALFUNC = exact_std
);
CREATE AGGREGATE median(double precision) (
    SFUNC = array_append, STYPE = double precision[], INITCOND = '{}', FINALFUNC = exact_median
);

CREATE FUNCTION joined(terms text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT nullif(array_to_string(terms, ','), '') $$;

CREATE FUNCTION with_text(terms text[], one anyelement) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one IS NULL THEN terms ELSE terms || one::text END
$$;

CREATE AGGREGATE group_concat(anyelement) (
    SFUNC = with_text, STYPE = text[], INITCOND = '{}', FINALFUNC = joined
);

-- Conditions are numbers in SQLite, and can be added.
CREATE FUNCTION plus(total bigint, one boolean) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT total + coalesce(one, false)::integer $$;

CREATE AGGREGATE sum(boolean) (SFUNC = plus, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE total(boolean) (SFUNC = plus, STYPE = bigint, INITCOND = '0');

CREATE FUNCTION plus(total double precision, one double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT total + coalesce(one, 0) $$;

CREATE AGGREGATE total(double precision) (SFUNC = plus, STYPE = double precision, INITCOND = '0');

CREATE FUNCTION instr(whole text, part text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT strpos(whole, part)::bigint $$;

CREATE FUNCTION json_extract(whole text, place text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT jsonb_path_query_first(whole::jsonb, place::jsonpath) #>> '{}'
$$;
