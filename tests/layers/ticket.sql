-- A closed ticket at each spot.
INSERT INTO core.network VALUES ('base', '基础网', 'base', 'free') ON CONFLICT DO NOTHING;
INSERT INTO work.ticket (
    number, network, category, workflow, step, path, method, confidence, geom,
    reported_at, received_at, due_at, closed_at
)
SELECT
    'T-' || n,
    'base',
    'hazard',
    'six_step',
    'rate',
    '{0}',
    'none',
    1,
    st_setsrid(st_makepoint(lon, lat), 4326),
    '2024-01-01',
    '2024-01-01',
    '2024-01-02',
    '2024-01-02'
FROM spot;
