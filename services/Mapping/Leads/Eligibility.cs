namespace LeadSync.Mapping.Leads;

/// <summary>
/// Whether a lead is synced over a route. Nothing is synced retroactively: a patch must have been received since source,
/// route and mapping were last enabled. A lead that was eligible before stays so when its mapping comes later, for it
/// waits for just that; not when source or route were off in between.
/// </summary>
public static class Eligibility
{
    /// <param name="receivedAt">When the lead's last patch that was news came in.</param>
    /// <param name="source">Since when the source is enabled; null while it is not, or was never declared.</param>
    /// <param name="route">Since when the route is enabled; null while it is not.</param>
    /// <param name="mapping">Since when there is a mapping for the object that the route creates; null while there is none.</param>
    /// <param name="wasEligible">Whether the lead was found eligible for this connection before.</param>
    public static bool IsEligible(
        DateTimeOffset? receivedAt,
        DateTimeOffset? source,
        DateTimeOffset? route,
        DateTimeOffset? mapping,
        bool wasEligible
    )
    {
        if (receivedAt is null || source is null || route is null)
            return false;
        if (receivedAt < source || receivedAt < route)
            return false;
        return wasEligible || mapping is null || receivedAt >= mapping;
    }
}
