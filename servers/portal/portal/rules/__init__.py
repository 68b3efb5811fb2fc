"""Rules as data: kept, judged, and acted on."""
