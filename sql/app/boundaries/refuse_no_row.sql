CREATE FUNCTION app.refuse_no_row() RETURNS trigger LANGUAGE plpgsql AS $$
-- A client that saves a row that is gone, or hidden from it, must not take silence for success.
BEGIN
    IF current_user <> 'gisgrid_owner' AND NOT EXISTS (SELECT FROM old_row) THEN
        RAISE EXCEPTION E'什么都没有保存：这一行已不存在，或您无权修改\nnothing was saved: the row is gone, or not yours to change'
            USING HINT = E'重新加载图层后再画\nreload the layer and draw it again';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.refuse_no_row() IS 'An UPDATE or DELETE by hand that touches no row is an error';
