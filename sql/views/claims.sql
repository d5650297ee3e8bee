-- Which statements are claims that others may bear out or contradict? All that a rule compares.
-- stored meanwhile, in parts by ref_area
SELECT * FROM comparable
