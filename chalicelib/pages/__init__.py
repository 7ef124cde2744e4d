"""The pages a person reads: a view of decided facts goes in, HTML in French or English comes out.

Every capability has one module with `render_<page>(view, chrome)`. A view holds facts only;
words, formats and layout live here. Jinja and Babel load with the first page, not before.
"""
