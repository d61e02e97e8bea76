select count(*) filter (verdict = 'reproduced') as reproduced_count, count(*) as all_count from fct_published_figure_check
