select project_code, coalesce(title, project_code) as project_title from dim_project order by project_code
