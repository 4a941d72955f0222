using Dapper;
using Npgsql;

namespace LeadSync.Bench.Houses;

/// <summary>What every service knows of a lead that should be in the CRM and is not: where to look for the fault.</summary>
public static class Whereabouts
{
    public static async Task<string> OfAsync(BenchHouse house, string leadId)
    {
        var lead = new { leadId };
        var history = await AskAsync(
            "Audit",
            "select string_agg(concat_ws(' ', kind, version, code), ', ' order by stored_at) from event where lead_id = @leadId"
        );
        var kept = await AskAsync(
            "Mapping",
            "select 'version ' || version || ', captured ' || last_captured_at from lead where lead_id = @leadId"
        );
        var waits = await AskAsync(
            "Mapping",
            "select string_agg(concat_ws(' ', d.*), ', ') from mapping_due d where d::text like '%' || @leadId || '%'"
        );
        var lane = await AskAsync(
            "Push",
            """
            select concat_ws(' ', 'version', version, 'run', done_run, 'of', wanted_run, 'attempts', attempts, parked_code, object, record_id)
              from lead_sync where lead_id = @leadId
            """
        );
        var intent = await AskAsync(
            "Push",
            "select string_agg(concat_ws(' ', state, object, result), ', ') from intent where lead_id = @leadId"
        );
        return $"{leadId}: history: {history}; Mapping keeps {kept}, waits {waits}; in the lane {lane}; intents {intent}";

        async Task<string> AskAsync(string service, string sql)
        {
            await using var connection = new NpgsqlConnection(house.DatabaseOf(service));
            return await connection.ExecuteScalarAsync<string>(sql, lead) ?? "nothing";
        }
    }
}
