"""The author's side: from text sources to notebooks and to what students get."""
